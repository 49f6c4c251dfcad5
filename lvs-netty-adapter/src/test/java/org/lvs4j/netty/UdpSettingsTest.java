package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** Settings and changes of the configuration, as they affect UDP flows that exist. */
@ExtendWith(LeakCheck.class)
final class UdpSettingsTest {
    private static RealServer.Builder builder(UdpEchoServer server) {
        return RealServer.builder(server.address());
    }

    private static void remove(Director director, UdpEchoServer server) {
        director.removeServer(Loopback.SERVICE, Endpoint.parse(server.address()));
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void serverRemoved_expireNodestConnSet_nextDatagramGoesToAnotherServer(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (UdpEchoServer one = new UdpEchoServer();
                UdpEchoServer two = new UdpEchoServer()) {
            Director director = Loopback.director(one.address(), two.address());
            director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            try (Relay relay = Loopback.relay(director, Protocol.UDP)
                            .transport(transport)
                            .start();
                    UdpClient client = UdpClient.of(relay)) {
                client.exchange(1);
                UdpEchoServer first = one.received.get() == 1 ? one : two;
                UdpEchoServer other = first == one ? two : one;
                remove(director, first);
                client.exchange(2);
                client.exchange(3);
                assertThat(first.received).hasValue(1);
                assertThat(other.received).hasValue(2);
                assertThat(relay.snapshot().udpFlows()).isOne();
                assertThat(director.connections()).hasSize(1);
            }
            Loopback.assertNothingCounted(director);
        }
    }

    @Test
    void serverRemoved_expireNodestConnSet_idleFlowEndsBySweep() throws Exception {
        try (UdpEchoServer one = new UdpEchoServer()) {
            Director director = Loopback.director(one.address());
            director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            try (Relay relay = Loopback.relay(director, Protocol.UDP).start();
                    UdpClient client = UdpClient.of(relay)) {
                client.exchange(1);
                remove(director, one);
                Loopback.await("the flow ends", () -> relay.snapshot().udpFlows() == 0);
                assertThat(director.connections()).isEmpty();
            }
        }
    }

    @Test
    void serverRemoved_expireNodestConnNotSet_flowStays() throws Exception {
        try (UdpEchoServer one = new UdpEchoServer();
                UdpEchoServer two = new UdpEchoServer()) {
            Director director = Loopback.director(one.address(), two.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP).start();
                    UdpClient client = UdpClient.of(relay)) {
                client.exchange(1);
                UdpEchoServer first = one.received.get() == 1 ? one : two;
                remove(director, first);
                client.exchange(2);
                assertThat(first.received).hasValue(2);
            }
        }
    }

    @Test
    void serverQuiesced_flowStaysAndNewClientsGoElsewhere() throws Exception {
        try (UdpEchoServer one = new UdpEchoServer();
                UdpEchoServer two = new UdpEchoServer()) {
            Director director = Loopback.director(one.address(), two.address());
            director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            try (Relay relay = Loopback.relay(director, Protocol.UDP).start();
                    UdpClient client = UdpClient.of(relay)) {
                client.exchange(1);
                UdpEchoServer first = one.received.get() == 1 ? one : two;
                director.editServer(Loopback.SERVICE, builder(first).weight(0).build());
                client.exchange(2);
                assertThat(first.received).hasValue(2);
                for (int i = 0; i < 4; i++) {
                    try (UdpClient other = UdpClient.of(relay)) {
                        other.exchange(3);
                    }
                }
                assertThat(first.received).hasValue(2);
            }
        }
    }

    @Test
    void dropPacket_everyNewFlowIsDroppedAndOpenOnesContinue() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP).start();
                    UdpClient first = UdpClient.of(relay);
                    UdpClient second = UdpClient.of(relay)) {
                first.exchange(1);
                director.setSysctl(Sysctl.AM_DROPRATE, 1);
                director.setSysctl(Sysctl.DROP_PACKET, 3);
                Loopback.await("packets are dropped", () -> {
                    second.send(2);
                    return relay.snapshot().datagramsDropped() >= 3;
                });
                first.exchange(3);
                assertThat(relay.snapshot().udpFlows()).isLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    @Tag("slow")
    void timeouts_shortened_openFlowEnds() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP).start();
                    UdpClient client = UdpClient.of(relay)) {
                client.exchange(1);
                director.setTimeouts(new TimeoutSettings(0, 0, 1));
                Loopback.await("the flow has expired", () -> relay.snapshot().udpFlows() == 0);
                Loopback.assertNothingCounted(director);
            }
        }
    }

    @Test
    void service_removedAndAddedAgain_flowStartsAnewOnItsNewServer() throws Exception {
        try (UdpEchoServer old = new UdpEchoServer();
                UdpEchoServer fresh = new UdpEchoServer()) {
            VirtualService service = VirtualService.builder(ServiceKey.udp(Loopback.closedUdpPort()))
                    .scheduler("rr")
                    .build();
            Director director = Loopback.director(service, old.address());
            try (Relay relay = Relay.start(director);
                    UdpClient client = UdpClient.of(relay.address(service.key()))) {
                client.exchange(1);
                director.removeService(service.key());
                relay.refresh();
                director.addService(service);
                director.addServer(service.key(), builder(fresh).build());
                relay.refresh();
                client.exchange(2);
                assertThat(old.received).hasValue(1);
                assertThat(fresh.received).hasValue(1);
                assertThat(relay.snapshot().udpFlows()).isOne();
            }
            Loopback.assertNothingCounted(director);
        }
    }
}
