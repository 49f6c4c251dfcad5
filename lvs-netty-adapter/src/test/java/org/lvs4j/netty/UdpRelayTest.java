package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Datagrams and their replies; the life of flows. */
@ExtendWith(LeakCheck.class)
final class UdpRelayTest {
    /** A client of the relay. Its socket is connected, so it receives datagrams from the virtual address only. */
    private static DatagramSocket client(Relay relay) throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.connect(relay.address(Loopback.SERVICE));
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(DatagramSocket socket, byte[] data) throws IOException {
        socket.send(new DatagramPacket(data, data.length));
    }

    /** A client whose socket is not connected: the JDK does not send empty datagrams of a connected one. */
    private static DatagramSocket unconnected() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(DatagramSocket socket, SocketAddress to, int length) throws IOException {
        socket.send(new DatagramPacket(new byte[length], length, to));
    }

    private static byte[] receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static void exchange(DatagramSocket socket, int value) throws IOException {
        send(socket, new byte[] {(byte) value});
        assertThat(receive(socket)).containsExactly(value);
    }

    private static VirtualService service(boolean onePacket) {
        // The service of a mark takes UDP as well as TCP; one-packet scheduling applies to the datagrams only.
        return VirtualService.builder(Loopback.SERVICE)
                .scheduler("rr")
                .onePacket(onePacket)
                .build();
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_twoClients_eachKeepsItsServerAndGetsItsReplies(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (UdpEchoServer one = new UdpEchoServer();
                UdpEchoServer two = new UdpEchoServer()) {
            Director director = Loopback.director(one.address(), two.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP)
                            .transport(transport)
                            .start();
                    DatagramSocket first = client(relay);
                    DatagramSocket second = client(relay)) {
                for (int i = 0; i < 20; i++) {
                    exchange(first, i);
                    exchange(second, i + 50);
                }
                assertThat(one.received).hasValue(20);
                assertThat(two.received).hasValue(20);
                assertThat(one.senders).hasSize(1);
                assertThat(two.senders).hasSize(1);
                assertThat(relay.snapshot().udpFlows()).isEqualTo(2);
                assertThat(director.connections()).hasSize(2);
                assertThat(director.traffic().inBytes()).isEqualTo(40);
                assertThat(director.traffic().outBytes()).isEqualTo(40);
            }
            Loopback.assertNothingCounted(director);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_datagramsOfAllSizes_arriveWhole(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP)
                            .transport(transport)
                            .start();
                    DatagramSocket client = client(relay)) {
                SplittableRandom random = new SplittableRandom(1);
                for (int size : new int[] {1, 100, 4096, 4097, 20_000, 65_507}) {
                    byte[] data = new byte[size];
                    random.nextBytes(data);
                    send(client, data);
                    assertThat(receive(client)).as("%d bytes", size).isEqualTo(data);
                }
                assertThat(relay.snapshot().datagramsDropped()).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_datagramsWithoutContent_passBothWays(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP)
                            .transport(transport)
                            .start();
                    DatagramSocket client = unconnected()) {
                for (int i = 0; i < 5; i++) {
                    send(client, relay.address(Loopback.SERVICE), 0);
                    assertThat(receive(client)).isEmpty();
                    send(client, relay.address(Loopback.SERVICE), 1);
                    assertThat(receive(client)).hasSize(1);
                }
                assertThat(server.received).hasValue(10);
                assertThat(server.senders).hasSize(1);
                assertThat(director.traffic().inPackets()).isEqualTo(10);
                assertThat(director.traffic().outPackets()).isEqualTo(10);
                assertThat(director.traffic().inBytes()).isEqualTo(5);
                assertThat(relay.snapshot().datagramsDropped()).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_datagramsWithoutContentOfIpv6_passBothWays(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        InetAddress loopback = InetAddress.getByName("::1");
        ServiceKey key = ServiceKey.mark(1, AddressFamily.IPV6);
        VirtualService service = VirtualService.builder(key).scheduler("rr").build();
        try (UdpEchoServer server = new UdpEchoServer(loopback);
                Relay relay = Relay.builder(Loopback.director(service, server.address()))
                        .transport(transport)
                        .listen(Protocol.UDP, Endpoint.parse("[::1]:0"), 1)
                        .start();
                DatagramSocket client = new DatagramSocket(0, loopback)) {
            client.setSoTimeout(10_000);
            for (int i = 0; i < 3; i++) {
                send(client, relay.address(key), 0);
                assertThat(receive(client)).isEmpty();
                send(client, relay.address(key), 1);
                assertThat(receive(client)).hasSize(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_burstWithAndWithoutContent_allArrive(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        int count = 12;
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP)
                            .transport(transport)
                            .start();
                    DatagramSocket client = unconnected()) {
                for (int i = 0; i < count; i++) {
                    send(client, relay.address(Loopback.SERVICE), i % 2);
                }
                int empty = 0;
                for (int i = 0; i < count; i++) {
                    empty += receive(client).length == 0 ? 1 : 0;
                }
                assertThat(empty).isEqualTo(count / 2);
                assertThat(relay.snapshot().datagramsDropped()).isZero();
            }
        }
    }

    @Test
    @Tag("slow")
    void flow_idleForTheUdpTimeout_isReleased() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(server.address());
            director.setTimeouts(new TimeoutSettings(0, 0, 1));
            try (Relay relay = Loopback.relay(director, Protocol.UDP).start();
                    DatagramSocket client = client(relay)) {
                exchange(client, 1);
                assertThat(Loopback.server(director, 0).inactive()).isOne();
                Loopback.await("the flow has expired", () -> relay.snapshot().udpFlows() == 0);
                Loopback.assertNothingCounted(director);
                exchange(client, 2);
                assertThat(relay.snapshot().udpFlowsOpened()).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_onePacketService_eachDatagramScheduledByItself(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (UdpEchoServer one = new UdpEchoServer();
                UdpEchoServer two = new UdpEchoServer()) {
            Director director = Loopback.director(service(true), one.address(), two.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP)
                            .transport(transport)
                            .start();
                    DatagramSocket client = client(relay)) {
                for (int i = 0; i < 40; i++) {
                    exchange(client, i);
                    Loopback.assertNothingCounted(director);
                }
                assertThat(one.received).hasValue(20);
                assertThat(two.received).hasValue(20);
                assertThat(director.traffic().connections()).isEqualTo(40);
                assertThat(director.traffic().inBytes()).isEqualTo(40);
                assertThat(relay.snapshot().udpFlows()).as("reply paths").isEqualTo(2);
            }
        }
    }

    @Test
    void relay_noServer_datagramIsDroppedAndCounted() throws Exception {
        Director director = Loopback.director();
        try (Relay relay = Loopback.relay(director, Protocol.UDP).start();
                DatagramSocket client = client(relay)) {
            send(client, new byte[1]);
            Loopback.await("dropped", () -> relay.snapshot().datagramsDropped() == 1);
            assertThat(relay.snapshot().udpFlows()).isZero();
        }
    }

    @Test
    void relay_moreFlowsThanTheCeiling_datagramsAreDroppedAndCounted() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(server.address());
            try (Relay relay =
                            Loopback.relay(director, Protocol.UDP).udpFlows(1).start();
                    DatagramSocket first = client(relay);
                    DatagramSocket second = client(relay)) {
                exchange(first, 1);
                send(second, new byte[] {2});
                Loopback.await("dropped", () -> relay.snapshot().datagramsDropped() == 1);
                assertThat(relay.snapshot().overFlowLimit()).isOne();
                assertThat(Loopback.server(director, 0).inactive()).isOne();
                assertThat(Loopback.server(director, 0).traffic().connections()).isOne();
                second.setSoTimeout(50);
                assertThatThrownBy(() -> receive(second)).isInstanceOf(SocketTimeoutException.class);
                exchange(first, 3);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_serverPortIsClosed_flowEndsAndNextDatagramGoesElsewhere(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (UdpEchoServer up = new UdpEchoServer()) {
            Director director = Loopback.director(Loopback.closedUdpPort(), up.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP)
                            .transport(transport)
                            .start();
                    DatagramSocket client = client(relay)) {
                // The first datagram goes to either server, depending on the position of the scheduler.
                send(client, new byte[] {1});
                Loopback.await(
                        "answered or refused",
                        () -> up.received.get() == 1 || relay.snapshot().connectFailures() == 1);
                if (relay.snapshot().connectFailures() == 1) {
                    Loopback.assertNothingCounted(director);
                    exchange(client, 2);
                } else {
                    receive(client);
                }
                assertThat(relay.snapshot().udpFlows()).isOne();
            }
        }
    }

    @Test
    void refresh_serviceRemoved_flowsEnd() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer()) {
            VirtualService service = VirtualService.builder(ServiceKey.udp(Loopback.closedUdpPort()))
                    .scheduler("rr")
                    .build();
            Director director = Loopback.director(service, server.address());
            try (Relay relay = Relay.start(director);
                    DatagramSocket client = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                client.connect(relay.address(service.key()));
                client.setSoTimeout(10_000);
                exchange(client, 1);
                director.removeService(service.key());
                relay.refresh();
                Loopback.await("flows end", () -> relay.snapshot().udpFlows() == 0);
                assertThat(director.connections()).isEmpty();
            }
        }
    }
}
