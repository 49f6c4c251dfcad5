package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.benchmarks.hot.Clock;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The parameters of a run. */
record PacketSetting(
        AddressFamily family, Protocol protocol, PacketMethod method, int connections, boolean direct, Clock clock) {
    private static final int SERVERS = 100;
    private static final int SPARE = 4;
    private static final int BUFFER_BYTES = 4096;

    ByteBuffer buffer() {
        return direct ? ByteBuffer.allocateDirect(BUFFER_BYTES) : ByteBuffer.allocate(BUFFER_BYTES);
    }

    /** A director with one rr service. Masqueraded servers listen at another port than the service. */
    Director director() {
        boolean v4 = family == AddressFamily.IPV4;
        RealServer[] servers = new RealServer[SERVERS];
        for (int i = 0; i < SERVERS; i++) {
            String address = v4 ? "192.168.0." + (i + 1) : "[fd00:2::" + Integer.toHexString(i + 1) + "]";
            int port = method == PacketMethod.MASQUERADE ? 8080 : 80;
            servers[i] = RealServer.builder(address + ":" + port)
                    .forwarding(method.forwarding)
                    .build();
        }
        LongSupplier ticker = clock;
        Director director = Director.builder()
                .ticker(ticker)
                .maxConnections(connections * SPARE)
                .build();
        String virtual = v4 ? PacketMaker.VIRTUAL_V4 : PacketMaker.VIRTUAL_V6;
        director.addService(
                (protocol == Protocol.TCP
                                ? VirtualService.builder(ServiceKey.tcp(virtual))
                                : VirtualService.builder(ServiceKey.udp(virtual)))
                        .scheduler("rr")
                        .build(),
                servers);
        return director;
    }

    static long live(Director director) {
        long live = 0;
        for (ServiceSnapshot service : director.services()) {
            for (ServerSnapshot server : service.servers()) {
                live += server.active() + server.inactive();
            }
        }
        return live;
    }
}
