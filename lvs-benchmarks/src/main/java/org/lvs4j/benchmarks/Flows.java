package org.lvs4j.benchmarks;

import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** A cycle of flows for the new connections of one thread. No two threads share a client. */
@State(Scope.Thread)
public class Flows {
    static final int COUNT = 1024;
    private static final int FIRST_CLIENT = 0x0C00_0001; // 12.0.0.1
    private static final int FIRST_PORT = 1024;

    private final Flow[] flows = new Flow[COUNT];
    private int next;

    /** Makes the flows of a thread. */
    @Setup
    public void fill(ThreadParams thread) {
        fill(thread.getThreadIndex());
    }

    void fill(int thread) {
        for (int i = 0; i < COUNT; i++) {
            long client = FIRST_CLIENT + thread * COUNT + i;
            flows[i] = new Flow()
                    .set(
                            Protocol.TCP,
                            AddressFamily.IPV4,
                            0,
                            client,
                            FIRST_PORT + i,
                            0,
                            ServerFixture.VIRTUAL.address().low(),
                            ServerFixture.VIRTUAL.port());
        }
    }

    Flow next() {
        return flows[next++ & (COUNT - 1)];
    }
}
