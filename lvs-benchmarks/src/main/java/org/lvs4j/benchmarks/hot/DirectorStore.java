package org.lvs4j.benchmarks.hot;

import java.util.function.LongSupplier;
import org.lvs4j.Decision;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.Verdict;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A director with one rr service and direct routing, the default of {@code ipvsadm}. */
final class DirectorStore implements ConnectionStore {
    private static final int BYTES = 100;
    // A connection stays for ten seconds after its reset.
    private static final int SPARE = 4_000_000;

    private final Director director;
    private final boolean tcp;

    private DirectorStore(Director director, boolean tcp) {
        this.director = director;
        this.tcp = tcp;
    }

    static DirectorStore of(Lifecycle life, int connections, LongSupplier ticker) {
        RealServer[] servers = new RealServer[StorePeer.SERVERS];
        for (int i = 0; i < servers.length; i++) {
            servers[i] = RealServer.builder("10.1." + i / 256 + "." + i % 256 + ":80")
                    .forwarding(Forwarding.direct())
                    .build();
        }
        Director director = Director.builder()
                .ticker(ticker)
                .maxConnections(connections + SPARE)
                .build();
        director.addService(
                (life.protocol == Protocol.TCP
                                ? VirtualService.builder(ServiceKey.tcp(Keys.VIRTUAL))
                                : VirtualService.builder(ServiceKey.udp(Keys.VIRTUAL)))
                        .scheduler("rr")
                        .build(),
                servers);
        return new DirectorStore(director, life.protocol == Protocol.TCP);
    }

    @Override
    public int follow(Flow flow) {
        long decision = director.flows().dispatch(flow, TcpFlags.ACK, BYTES);
        return Decision.verdict(decision) == Verdict.FORWARD ? Decision.serverId(decision) : -1;
    }

    @Override
    public void place(Flow flow) {
        long decision = director.flows().dispatch(flow, TcpFlags.SYN, BYTES);
        if (Decision.verdict(decision) != Verdict.FORWARD) {
            throw new IllegalStateException(flow + " was not forwarded: " + Decision.verdict(decision));
        }
        if (tcp) {
            director.flows().dispatch(flow, TcpFlags.ACK, BYTES);
        }
    }

    @Override
    public void end(Flow flow) {
        // A UDP connection expires.
        if (tcp) {
            director.flows().dispatch(flow, TcpFlags.RST, BYTES);
        }
    }

    @Override
    public long live() {
        long live = 0;
        for (ServiceSnapshot service : director.services()) {
            for (ServerSnapshot server : service.servers()) {
                live += server.active() + server.inactive();
            }
        }
        return live;
    }

    Director director() {
        return director;
    }
}
