package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** Sockets of flows that cannot be opened, and what remains of their flows: nothing. */
@ExtendWith(LeakCheck.class)
final class UdpFailureTest {
    private static final ServiceKey IPV6 = ServiceKey.mark(1, AddressFamily.IPV6);

    private static VirtualService ipv6(boolean onePacket) {
        return VirtualService.builder(IPV6).scheduler("rr").onePacket(onePacket).build();
    }

    private static Relay ipv6(Director director, Transport transport) {
        return Relay.builder(director)
                .transport(transport)
                .listen(Protocol.UDP, Endpoint.parse("[::1]:0"), 1)
                .start();
    }

    /** The system refuses to connect to a link-local address without the name of its link. */
    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void connect_serverCannotBeReached_datagramGoesToAnotherServer(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (UdpEchoServer up = new UdpEchoServer(InetAddress.getByName("::1"))) {
            Director director = Loopback.director(ipv6(false), "[fe80::1]:9", up.address());
            try (Relay relay = ipv6(director, transport)) {
                for (int i = 0; i < 4; i++) {
                    try (UdpClient client = UdpClient.of(relay.address(IPV6))) {
                        client.exchange(i);
                    }
                }
                assertThat(up.received).hasValue(4);
                RelaySnapshot snapshot = relay.snapshot();
                assertThat(snapshot.udpFlows()).isEqualTo(4);
                assertThat(snapshot.connectFailures()).isPositive().isEqualTo(snapshot.retries());
                assertThat(snapshot.datagramsDropped()).isZero();
                assertThat(Loopback.server(director, 0).inactive()
                                + Loopback.server(director, 1).inactive())
                        .isEqualTo(4);
            }
            Loopback.assertNothingCounted(director);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void connect_noServerCanBeReached_nothingRemains(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        Director director = Loopback.director(ipv6(false), "[fe80::1]:9", "[fe80::2]:9");
        try (Relay relay = ipv6(director, transport);
                UdpClient client = UdpClient.of(relay.address(IPV6))) {
            client.send(1);
            Loopback.await("dropped", () -> relay.snapshot().datagramsDropped() == 1);
            assertThat(relay.snapshot().udpFlows()).isZero();
            assertThat(relay.snapshot().connectFailures()).isEqualTo(2);
            Loopback.assertNothingCounted(director);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void connect_onePacketServiceAndServerCannotBeReached_nothingRemains(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        Director director = Loopback.director(ipv6(true), "[fe80::1]:9");
        try (Relay relay = ipv6(director, transport);
                UdpClient client = UdpClient.of(relay.address(IPV6))) {
            client.send(1);
            Loopback.await("dropped", () -> relay.snapshot().datagramsDropped() == 1);
            assertThat(relay.snapshot().udpFlows()).isZero();
            Loopback.assertNothingCounted(director);
        }
    }

    /** The system refuses to connect to a broadcast address. */
    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void connect_refusedByThisHost_nothingRemainsAndClientIsServedLater(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        Endpoint broadcast = Endpoint.parse("255.255.255.255:9");
        try (UdpEchoServer up = new UdpEchoServer()) {
            Director director = Loopback.director(broadcast.toString());
            try (Relay relay = Loopback.relay(director, Protocol.UDP)
                            .transport(transport)
                            .start();
                    UdpClient client = UdpClient.of(relay)) {
                for (int i = 1; i <= 3; i++) {
                    client.send(1);
                    int sent = i;
                    Loopback.await("dropped", () -> relay.snapshot().datagramsDropped() == sent);
                    assertThat(relay.snapshot().udpFlows()).isZero();
                }
                assertThat(relay.snapshot().localFailures()).isEqualTo(3);
                assertThat(relay.snapshot().connectFailures()).isZero();
                Loopback.assertNothingCounted(director);

                director.addServer(Loopback.SERVICE, RealServer.of(up.address()));
                director.removeServer(Loopback.SERVICE, broadcast);
                client.exchange(2);
                assertThat(relay.snapshot().udpFlows()).isOne();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void clients_goneBeforeTheirReplies_othersAreServed(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP)
                            .transport(transport)
                            .start();
                    UdpClient other = UdpClient.of(relay)) {
                for (int i = 0; i < 50; i++) {
                    try (UdpClient gone = UdpClient.of(relay)) {
                        gone.send(1);
                    }
                    other.exchange(i);
                }
                assertThat(relay.snapshot().connectFailures()).isZero();
            }
        }
    }

    @Test
    void limit_ofFlowsReached_flowIsOpenedAgainAfterAnEnd() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(server.address());
            director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            try (Relay relay =
                            Loopback.relay(director, Protocol.UDP).udpFlows(1).start();
                    UdpClient first = UdpClient.of(relay);
                    UdpClient second = UdpClient.of(relay)) {
                first.exchange(1);
                second.send(2);
                Loopback.await("dropped", () -> relay.snapshot().overFlowLimit() == 1);
                director.removeServer(Loopback.SERVICE, Endpoint.parse(server.address()));
                Loopback.await("the flow ends", () -> relay.snapshot().udpFlows() == 0);
                director.addServer(Loopback.SERVICE, RealServer.of(server.address()));
                second.exchange(3);
            }
        }
    }
}
