package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class OnePacketConnectionTest {
    private static Connection open(boolean onePacket) {
        VirtualService service = VirtualService.builder(ServiceKey.udp("10.0.0.1:53"))
                .scheduler("rr")
                .onePacket(onePacket)
                .build();
        Director director = Director.create();
        director.addService(service);
        director.addServer(service.key(), RealServer.builder("192.168.0.1:53").build());
        return director.open(Flow.of(Protocol.UDP, Endpoint.parse("10.9.9.9:1000"), Endpoint.parse("10.0.0.1:53")));
    }

    @Test
    void open_onePacketService_onePacket() {
        assertThat(open(true).onePacket()).isTrue();
    }

    @Test
    void open_ordinaryUdpService_notOnePacket() {
        assertThat(open(false).onePacket()).isFalse();
    }
}
