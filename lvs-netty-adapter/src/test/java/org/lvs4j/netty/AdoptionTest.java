package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Which descriptors a relay adopts as its listening sockets, and which it refuses. */
final class AdoptionTest {
    /** Relays whose sockets stand for those of another process. */
    private final List<Relay> others = new ArrayList<>();

    @TempDir
    private Path directory;

    private DescriptorCopies copies;

    @BeforeEach
    void open() throws IOException {
        Loopback.assumeAvailable(Transport.EPOLL);
        copies = new DescriptorCopies(directory);
    }

    @AfterEach
    void close() throws IOException {
        others.forEach(Relay::close);
        copies.close();
    }

    private static Director director(Protocol protocol, String address, String... servers) {
        Director director = Director.create();
        ServiceKey key = ServiceKey.of(protocol, Endpoint.parse(address));
        director.addService(VirtualService.builder(key).scheduler("rr").build());
        for (String server : servers) {
            director.addServer(key, RealServer.of(server));
        }
        return director;
    }

    /** Binds sockets as another process would; returns their address. */
    private String bind(Protocol protocol, String address, int acceptors) {
        Relay relay = Relay.builder(Director.create())
                .transport(Transport.EPOLL)
                .threads(1)
                .acceptors(acceptors)
                .listen(protocol, Endpoint.parse(address), 1)
                .start();
        others.add(relay);
        relay.handOver(copies);
        int port = relay.address(
                        ServiceKey.mark(1, Endpoint.parse(address).address().family()))
                .getPort();
        return address.substring(0, address.lastIndexOf(':') + 1) + port;
    }

    private Relay.Builder adopting(Director director) {
        Relay.Builder builder =
                Relay.builder(director).transport(Transport.EPOLL).threads(2);
        copies.copies().forEach(builder::adopt);
        return builder;
    }

    private static boolean isOpen(int descriptor) {
        return Files.exists(Path.of("/proc/self/fd", Integer.toString(descriptor)));
    }

    private static String exchange(String address) throws IOException {
        Endpoint to = Endpoint.parse(address);
        try (java.net.Socket client = new java.net.Socket(to.address().toInetAddress(), to.port())) {
            client.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
            client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void adopt_socketsOfService_servesAndClosesThem() throws Exception {
        try (TestServer server = TestServer.start()) {
            String address = bind(Protocol.TCP, "127.0.0.1:0", 3);
            Relay relay =
                    adopting(director(Protocol.TCP, address, server.address())).start();
            others.forEach(Relay::close);

            assertThat(copies.copies()).hasSize(3);
            assertThat(exchange(address)).isEqualTo("hello");
            relay.close();
            assertThat(copies.copies()).noneMatch(AdoptionTest::isOpen);
        }
    }

    @Test
    void adopt_clientsWaitInTheQueue_served() throws Exception {
        try (TestServer server = TestServer.start()) {
            String address = bind(Protocol.TCP, "127.0.0.1:0", 1);
            others.forEach(relay -> relay.drainHandedOver(Duration.ZERO, left -> {}));
            Endpoint to = Endpoint.parse(address);
            try (java.net.Socket waiting = new java.net.Socket(to.address().toInetAddress(), to.port());
                    Relay relay = adopting(director(Protocol.TCP, address, server.address()))
                            .start()) {
                waiting.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
                waiting.getOutputStream().write(7);
                assertThat(waiting.getInputStream().read()).isEqualTo(7);
                assertThat(relay.snapshot().accepted()).isEqualTo(1);
            }
        }
    }

    @Test
    void adopt_fewerThanAcceptors_othersAreBound() throws Exception {
        try (TestServer server = TestServer.start()) {
            String address = bind(Protocol.TCP, "127.0.0.1:0", 1);
            List<Integer> sockets = new ArrayList<>();
            try (Relay relay = adopting(director(Protocol.TCP, address, server.address()))
                    .acceptors(4)
                    .start()) {
                relay.handOver(sockets::add);
                assertThat(sockets).hasSize(4).containsAll(copies.copies());
            }
        }
    }

    @Test
    void adopt_addressOfNoService_closed() throws Exception {
        bind(Protocol.TCP, "127.0.0.1:0", 1);
        try (TestServer server = TestServer.start();
                Relay relay = adopting(director(Protocol.TCP, "127.0.0.1:0", server.address()))
                        .start()) {
            assertThat(copies.copies()).noneMatch(AdoptionTest::isOpen);
            assertThat(relay.problems()).isEmpty();
        }
    }

    @Test
    void adopt_udpAtAddressesOfWildcard_answersFromAddressAsked() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer()) {
            String address = bind(Protocol.UDP, "0.0.0.0:0", 1);
            int port = Endpoint.parse(address).port();
            int sockets = copies.copies().size();
            try (Relay relay = adopting(director(Protocol.UDP, address, server.address()))
                            .start();
                    UdpClient one = UdpClient.of(new InetSocketAddress("127.0.0.1", port));
                    UdpClient two = UdpClient.of(new InetSocketAddress("127.0.0.2", port))) {
                others.forEach(Relay::close);
                one.exchange(1);
                two.exchange(2);
                List<Integer> later = new ArrayList<>();
                relay.handOver(later::add);
                assertThat(later).hasSize(sockets + 1).containsAll(copies.copies());
            }
        }
    }

    @Test
    void adopt_udpSocketForAddressThatClientsHaveAsked_stillServed() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer()) {
            Relay old = Relay.builder(director(Protocol.UDP, "0.0.0.0:0", server.address()))
                    .transport(Transport.EPOLL)
                    .threads(1)
                    .start();
            others.add(old);
            int port = old.address(ServiceKey.udp("0.0.0.0:0")).getPort();
            try (UdpClient client = UdpClient.of(new InetSocketAddress("127.0.0.3", port))) {
                client.exchange(1);
                old.handOver(copies);
                old.close();
                try (Relay relay = adopting(director(Protocol.UDP, "0.0.0.0:" + port, server.address()))
                        .start()) {
                    client.exchange(2);
                    List<Integer> later = new ArrayList<>();
                    relay.handOver(later::add);
                    assertThat(later).containsExactlyInAnyOrderElementsOf(copies.copies());
                }
            }
        }
    }

    @Test
    void adopt_notAListeningSocket_refusedByNameAndLeftOpen() throws Exception {
        Socket unix = Socket.newSocketDomain();
        Path file = Files.createFile(directory.resolve("file"));
        FileDescriptor plain = FileDescriptor.from(file.toFile());
        unix.bind(new DomainSocketAddress(directory.resolve("unix").toFile()));
        try {
            assertRefused(unix.intValue(), "a socket of another kind", "only TCP and UDP can be adopted");
            assertRefused(plain.intValue(), "it is not a socket");
            assertThat(isOpen(unix.intValue())).isTrue();
            assertThat(isOpen(plain.intValue())).isTrue();
        } finally {
            unix.close();
            plain.close();
        }
        assertRefused(unix.intValue(), "it is not open");
        assertRefused(Integer.MAX_VALUE, "it is not open");
        assertThatThrownBy(() -> Relay.builder(Director.create()).adopt(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("descriptor -1 is negative");
    }

    @Test
    void adopt_socketThatCannotListenForOneFamily_refusedByName() throws Exception {
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        ChannelInboundHandlerAdapter handler = new ChannelInboundHandlerAdapter();
        try {
            Bootstrap udp = new Bootstrap()
                    .group(loops)
                    .handler(new ChannelInboundHandlerAdapter())
                    .channelFactory(() -> new EpollDatagramChannel(SocketProtocolFamily.INET));
            assertRefused(descriptor(udp.register()), "it is a socket of UDP that is not bound");
            assertRefused(
                    descriptor(udp.clone()
                            .handler(new ChannelInboundHandlerAdapter())
                            .connect(new InetSocketAddress("127.0.0.1", 9))),
                    "it is a socket of UDP that is connected");
            Bootstrap tcp = new Bootstrap().group(loops).handler(handler).channel(EpollSocketChannel.class);
            assertRefused(descriptor(tcp.register()), "it is a socket of TCP that does not listen");

            ServerBootstrap both = new ServerBootstrap()
                    .group(loops)
                    .childHandler(new ChannelInboundHandlerAdapter())
                    .channelFactory(() -> new EpollServerSocketChannel(SocketProtocolFamily.INET6));
            assertRefused(
                    descriptor(both.bind(new InetSocketAddress("::", 0))),
                    "takes clients of IPv4, too",
                    "BindIPv6Only=ipv6-only");
            assertRefused(
                    descriptor(both.bind(new InetSocketAddress("127.0.0.1", 0))),
                    "a socket of IPv6 at the IPv4-mapped address");
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void take_sameLinkLocalAddressOfTwoInterfaces_eachItsOwn() throws Exception {
        byte[] bytes = InetAddress.getByName("fe80::1").getAddress();
        AdoptedSockets sockets = new AdoptedSockets();
        List<AdoptedSocket> both = new ArrayList<>();
        for (int scope = 1; scope <= 2; scope++) {
            InetSocketAddress address = new InetSocketAddress(Inet6Address.getByAddress(null, bytes, scope), 53);
            both.add(new AdoptedSocket(100 + scope, Protocol.UDP, address, true));
            sockets.add(both.get(scope - 1));
        }
        for (AdoptedSocket each : both) {
            assertThat(sockets.take(Protocol.UDP, each.address())).containsExactly(each);
        }
        assertThat(sockets.takeRest()).isEmpty();
    }

    private static int descriptor(ChannelFuture opening) {
        return ((UnixChannel) opening.syncUninterruptibly().channel()).fd().intValue();
    }

    @Test
    void adopt_ipv6_served() throws Exception {
        try (TestServer server = TestServer.startAt("::1")) {
            String port = server.address().substring(server.address().lastIndexOf(':') + 1);
            for (String host : List.of("[::1]:0", "[::]:0")) {
                copies.copies().clear();
                String address = bind(Protocol.TCP, host, 1);
                try (Relay relay = adopting(director(Protocol.TCP, address, "[::1]:" + port))
                        .start()) {
                    others.forEach(Relay::close);
                    assertThat(exchange(address.replace("[::]", "[::1]"))).isEqualTo("hello");
                    assertThat(relay.snapshot().accepted()).isEqualTo(1);
                }
            }
        }
    }

    private static void assertRefused(int descriptor, String... reasons) {
        assertThatThrownBy(() -> Relay.builder(Director.create())
                        .transport(Transport.EPOLL)
                        .adopt(descriptor)
                        .start()
                        .close())
                .isInstanceOf(RelayException.class)
                .hasMessageStartingWith("descriptor " + descriptor + ": ")
                .hasMessageContainingAll(reasons);
    }

    @Test
    void adopt_tooManyOrTwice_refusedByNameAndLeftOpen() {
        bind(Protocol.TCP, "127.0.0.1:0", 1);
        int descriptor = copies.copies().get(0);
        assertThatThrownBy(() -> adopting(Director.create()).adopt(descriptor).start())
                .hasMessage("descriptor " + descriptor + ": it was given twice");
        assertThat(isOpen(descriptor)).isTrue();
        for (int i = 0; i < AdoptedSockets.MAX_AT_ADDRESS; i++) {
            others.get(0).handOver(copies);
        }
        assertThatThrownBy(() -> adopting(Director.create()).start())
                .hasMessageContaining("there are 1024 sockets at TCP 127.0.0.1:");
        copies.copies().forEach(AdoptionTest::close);
    }

    private static void close(int descriptor) {
        try {
            new Socket(descriptor).close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void adopt_addressOfAnotherServiceIsTaken_refusedAndSocketsClosed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestServer server = TestServer.start()) {
            String address = bind(Protocol.TCP, "127.0.0.1:0", 1);
            Director director = director(Protocol.TCP, address, server.address());
            director.addService(VirtualService.builder(ServiceKey.tcp("127.0.0.1:" + taken.getLocalPort()))
                    .build());
            assertThatThrownBy(() -> adopting(director).start()).hasMessageContaining("already in use");
            assertThat(copies.copies()).noneMatch(AdoptionTest::isOpen);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"NIO", "IO_URING"})
    void adopt_anotherTransport_refusedByName(Transport transport) {
        Loopback.assumeAvailable(transport);
        bind(Protocol.TCP, "127.0.0.1:0", 1);
        int descriptor = copies.copies().get(0);
        assertThatThrownBy(() -> Relay.builder(Director.create())
                        .transport(transport)
                        .adopt(descriptor)
                        .start())
                .isInstanceOf(RelayException.class)
                .hasMessage("transport " + transport
                        + " cannot adopt the listening sockets of another process, only EPOLL can");
        assertThat(isOpen(descriptor)).isTrue();
        close(descriptor);
        try (Relay relay = Relay.builder(Director.create()).transport(transport).start()) {
            assertThatThrownBy(() -> relay.handOver(copies)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> relay.drainHandedOver(Duration.ZERO, left -> {}))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }
}
