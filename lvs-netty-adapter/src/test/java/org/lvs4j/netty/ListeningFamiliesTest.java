package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Each address takes the clients of its family; the most specific address wins; UDP answers from the address asked. */
@ExtendWith(LeakCheck.class)
final class ListeningFamiliesTest {
    private final Director director = Director.create();

    @BeforeEach
    void requireIpv6() {
        boolean ipv6;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            ipv6 = socket.isBound();
        } catch (IOException e) {
            ipv6 = false;
        }
        assumeThat(ipv6).as("SKIPPED: this host has no IPv6").isTrue();
    }

    private ServiceKey serve(ServiceKey key, String server) {
        director.addService(VirtualService.of(key, "rr"), RealServer.of(server));
        return key;
    }

    private Relay relay(Transport transport) {
        Loopback.assumeAvailable(transport);
        return Relay.builder(director).threads(2).transport(transport).start();
    }

    private long connections(ServiceKey key) {
        ServiceSnapshot service = director.service(key);
        return service == null ? 0 : service.traffic().connections();
    }

    private static void assertRefused(String host, int port) {
        assertThatThrownBy(() -> AnswerServer.ask(host, port)).isInstanceOf(ConnectException.class);
    }

    /** The addresses of this host's interfaces, other than link-local ones, which need a scope. */
    private static List<String> hostAddresses(boolean ipv6) throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet6Address == ipv6 && !address.isLinkLocalAddress())
                .map(address -> address.getHostAddress().replaceAll("%.*", ""))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void listen_everyAddressOfIpv4_ipv6ClientsRefused(Transport transport) throws Exception {
        try (AnswerServer server = new AnswerServer("127.0.0.1", 4)) {
            ServiceKey key = serve(ServiceKey.tcp("0.0.0.0:0"), server.tcp());
            try (Relay relay = relay(transport)) {
                int port = relay.address(key).getPort();

                for (String host : hostAddresses(false)) {
                    assertThat(AnswerServer.ask(host, port)).as(host).isEqualTo(4);
                }
                for (String host : hostAddresses(true)) {
                    assertRefused(host, port);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void listen_everyAddressOfIpv6_ipv4ClientsRefused(Transport transport) throws Exception {
        try (AnswerServer server = new AnswerServer("::1", 6)) {
            ServiceKey key = serve(ServiceKey.tcp("[::]:0"), server.tcp());
            try (Relay relay = relay(transport)) {
                int port = relay.address(key).getPort();

                for (String host : hostAddresses(true)) {
                    assertThat(AnswerServer.ask(host, port)).as(host).isEqualTo(6);
                }
                for (String host : hostAddresses(false)) {
                    assertRefused(host, port);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NIO, 1, false",
        "NIO, 2, true",
        "EPOLL, 1, true",
        "EPOLL, 2, false",
        "IO_URING, 1, false",
        "IO_URING, 2, true"
    })
    void listen_bothFamiliesAtOnePort_eachServesItsOwn(Transport transport, int acceptors, boolean ipv6First)
            throws Exception {
        Loopback.assumeAvailable(transport);
        try (AnswerServer four = new AnswerServer("127.0.0.1", 4);
                AnswerServer six = new AnswerServer("::1", 6);
                Relay relay = Relay.builder(director)
                        .threads(2)
                        .transport(transport)
                        .acceptors(acceptors)
                        .start()) {
            for (Protocol protocol : List.of(Protocol.TCP, Protocol.UDP)) {
                boolean tcp = protocol == Protocol.TCP;
                ServiceKey first = ServiceKey.of(protocol, Endpoint.parse(ipv6First ? "[::]:0" : "0.0.0.0:0"));
                AnswerServer server = ipv6First ? six : four;
                serve(first, tcp ? server.tcp() : server.udp());
                relay.refresh();
                int port = relay.address(first).getPort();
                ServiceKey second = ServiceKey.of(protocol, Endpoint.parse((ipv6First ? "0.0.0.0:" : "[::]:") + port));
                AnswerServer other = ipv6First ? four : six;
                serve(second, tcp ? other.tcp() : other.udp());
                relay.refresh();

                assertThat(tcp ? AnswerServer.ask("127.0.0.1", port) : AnswerServer.askByUdp("127.0.0.1", port))
                        .as("%s by IPv4", protocol)
                        .isEqualTo(4);
                assertThat(tcp ? AnswerServer.ask("::1", port) : AnswerServer.askByUdp("::1", port))
                        .as("%s by IPv6", protocol)
                        .isEqualTo(6);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void listen_udpAtEveryAddress_answersFromTheAddressAsked(Transport transport) throws Exception {
        try (AnswerServer server = new AnswerServer("127.0.0.1", 7);
                AnswerServer server6 = new AnswerServer("::1", 7)) {
            ServiceKey four = serve(ServiceKey.udp("0.0.0.0:0"), server.udp());
            ServiceKey six = serve(ServiceKey.udp("[::]:0"), server6.udp());
            try (Relay relay = relay(transport)) {
                for (String host : hostAddresses(false)) {
                    assertThat(AnswerServer.askByUdp(host, relay.address(four).getPort()))
                            .as(host)
                            .isEqualTo(7);
                }
                for (String host : hostAddresses(true)) {
                    assertThat(AnswerServer.askByUdp(host, relay.address(six).getPort()))
                            .as(host)
                            .isEqualTo(7);
                }
                if (transport == Transport.EPOLL) {
                    // Local without being the address of an interface; more of them than have a socket.
                    for (int i = 2; i < 5; i++) {
                        assertThat(AnswerServer.askByUdp(
                                        "127.0.0." + i, relay.address(four).getPort()))
                                .isEqualTo(7);
                    }
                }
            }
            Loopback.assertNothingCounted(director);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void listen_udpMarkAtEveryAddress_virtualAddressIsTheOneAsked(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (AnswerServer server = new AnswerServer("::1", 7)) {
            ServiceKey mark = serve(ServiceKey.mark(5, AddressFamily.IPV6), server.udp());
            try (Relay relay = Relay.builder(director)
                    .threads(1)
                    .transport(transport)
                    .listen(Protocol.UDP, Endpoint.parse("[::]:0"), 5)
                    .start()) {
                int port = relay.address(mark).getPort();

                assertThat(AnswerServer.askByUdp("::1", port)).isEqualTo(7);
                assertThat(director.connections())
                        .singleElement()
                        .satisfies(
                                connection -> assertThat(connection.virtual()).hasToString("[::1]:" + port))
                        .satisfies(connection ->
                                assertThat(connection.client().address()).hasToString("::1"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void listen_wildcardAndSpecificAddressAtOnePort_specificOneGetsItsClients(Transport transport) throws Exception {
        try (AnswerServer every = new AnswerServer("127.0.0.1", 1);
                AnswerServer one = new AnswerServer("127.0.0.1", 2)) {
            ServiceKey everyTcp = serve(ServiceKey.tcp("0.0.0.0:0"), every.tcp());
            ServiceKey everyUdp = serve(ServiceKey.udp("0.0.0.0:0"), every.udp());
            try (Relay relay = relay(transport)) {
                int tcp = relay.address(everyTcp).getPort();
                int udp = relay.address(everyUdp).getPort();
                assertThat(AnswerServer.ask("127.0.0.1", tcp)).isEqualTo(1);
                assertThat(AnswerServer.askByUdp("127.0.0.1", udp)).isEqualTo(1);

                ServiceKey oneTcp = serve(ServiceKey.tcp("127.0.0.1:" + tcp), one.tcp());
                ServiceKey oneUdp = serve(ServiceKey.udp("127.0.0.1:" + udp), one.udp());
                relay.refresh();
                for (int i = 0; i < 20; i++) {
                    assertThat(AnswerServer.ask("127.0.0.1", tcp)).isEqualTo(2);
                    assertThat(AnswerServer.askByUdp("127.0.0.1", udp)).isEqualTo(2);
                }

                director.removeService(oneTcp);
                director.removeService(oneUdp);
                relay.refresh();
                for (int i = 0; i < 20; i++) {
                    assertThat(AnswerServer.ask("127.0.0.1", tcp)).isEqualTo(1);
                    assertThat(AnswerServer.askByUdp("127.0.0.1", udp)).isEqualTo(1);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void listen_portUsedByAnotherSocketOfThisUser_refused(Transport transport) throws Exception {
        try (DatagramSocket udp = new DatagramSocket(null);
                ServerSocket tcp = new ServerSocket()) {
            udp.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            udp.bind(new InetSocketAddress("127.0.0.1", 0));
            tcp.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            tcp.bind(new InetSocketAddress("127.0.0.1", 0));
            try (Relay relay = relay(transport)) {
                for (String host : List.of("127.0.0.1:", "0.0.0.0:")) {
                    director.addService(VirtualService.of(ServiceKey.udp(host + udp.getLocalPort())));
                    director.addService(VirtualService.of(ServiceKey.tcp(host + tcp.getLocalPort())));
                }
                assertThatThrownBy(relay::refresh)
                        .isInstanceOfSatisfying(
                                RelayException.class,
                                e -> assertThat(e.problems())
                                        .hasSize(4)
                                        .allSatisfy(
                                                problem -> assertThat(problem).endsWith("Address already in use")));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void listen_serverIsAnotherAddressOfTheRelay_resetInsteadOfLoop(Transport transport) throws Exception {
        ServiceKey key = ServiceKey.tcp("0.0.0.0:0");
        director.addService(VirtualService.of(key));
        try (Relay relay = relay(transport)) {
            int port = relay.address(key).getPort();
            director.addServer(key, RealServer.of("127.0.0.1:" + port));

            assertThatThrownBy(() -> AnswerServer.ask("127.0.0.1", port)).isInstanceOf(IOException.class);
            assertThat(relay.snapshot().accepted()).isOne();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void listen_mappedAddress_refusedWithReason(Transport transport) {
        try (Relay relay = relay(transport)) {
            director.addService(VirtualService.of(ServiceKey.tcp("[::ffff:127.0.0.1]:80")));

            assertThatThrownBy(relay::refresh)
                    .isInstanceOf(RelayException.class)
                    .hasMessageContaining("[::ffff:127.0.0.1]:80")
                    .hasMessageContaining("use the IPv4 address");
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void listen_everyPortOfTwoAddresses_eachClientFindsTheServiceOfTheAddressAsked(Transport transport)
            throws Exception {
        Loopback.assumeAvailable(transport);
        ServiceKey every = ServiceKey.tcp("0.0.0.0:0");
        ServiceKey one = ServiceKey.tcp("127.0.0.1:0");
        for (ServiceKey key : List.of(every, one)) {
            director.addService(VirtualService.builder(key).persistent(60).build());
        }
        try (Relay relay = Relay.builder(director)
                .threads(1)
                .transport(transport)
                .listen(Protocol.TCP, Endpoint.parse("0.0.0.0:0"), 0)
                .start()) {
            int port = relay.address(every).getPort();
            assertThat(relay.address(one))
                    .isEqualTo(Endpoint.parse("127.0.0.1:" + port).toSocketAddress());
            try (AnswerServer first = new AnswerServer("127.0.0.1", 1);
                    AnswerServer second = new AnswerServer("127.0.0.1", 2)) {
                director.addServer(every, RealServer.of(first.tcp()));
                director.addServer(one, RealServer.of(second.tcp()));

                // Persistence keeps the port of the client's request, at which the servers do not listen.
                assertThatThrownBy(() -> AnswerServer.ask("127.0.0.1", port)).isInstanceOf(IOException.class);
                assertThat(connections(one)).isPositive();
                assertThat(connections(every)).isZero();
            }
            director.removeService(one);
            assertThatThrownBy(() -> AnswerServer.ask("127.0.0.1", port)).isInstanceOf(IOException.class);
            assertThat(connections(every)).isPositive();
            assertThat(relay.snapshot().refused()).isZero();
        }
    }
}
