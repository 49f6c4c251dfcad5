package org.lvs4j.benchmarks;

import java.util.concurrent.atomic.AtomicInteger;
import org.lvs4j.scheduler.Servers;

/** A server as a plain object. */
final class PlainServer {
    final int index;
    final int weight;
    final AtomicInteger active;
    final AtomicInteger inactive;

    private PlainServer(int index, int weight, int active, int inactive) {
        this.index = index;
        this.weight = weight;
        this.active = new AtomicInteger(active);
        this.inactive = new AtomicInteger(inactive);
    }

    /** Copies the servers of a list, in the same order and with the same numbers of connections. */
    static PlainServer[] listOf(Servers servers) {
        PlainServer[] list = new PlainServer[servers.size()];
        for (int i = 0; i < list.length; i++) {
            list[i] = new PlainServer(i, servers.weight(i), servers.active(i), servers.inactive(i));
        }
        return list;
    }

    /** The load by the formula of IPVS. */
    long load() {
        return 256L * active.get() + inactive.get();
    }
}
