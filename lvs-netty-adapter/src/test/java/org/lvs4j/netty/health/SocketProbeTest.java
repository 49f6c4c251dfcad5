package org.lvs4j.netty.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.health.BodyPattern;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.HttpPage;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.PingCheck;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.SmtpCheck;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.health.UdpCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.netty.FreePort;
import org.lvs4j.netty.Transport;

/** Each check against real servers, on every available transport. */
final class SocketProbeTest {
    private static final String OK = "HTTP/1.0 200 OK\r\n\r\n";

    private static NetworkCheck tcp(ProbeTarget target) {
        return new TcpCheck(target, ProbeFixture.SCHEDULE);
    }

    private static NetworkCheck http(ProbeTarget target) {
        return HttpCheck.of(target, ProbeFixture.SCHEDULE, "/health");
    }

    private static HttpCheck https(ProbeTarget target, boolean serverName) {
        return new HttpCheck(
                target,
                ProbeFixture.SCHEDULE,
                true,
                serverName,
                HttpCheck.Version.HTTP_1_1,
                false,
                List.of(new HttpPage("/", "www.example.com", null, List.of(), null)));
    }

    // ---- TCP

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void tcp_listening_passesAndEndsTheConnection(Transport transport) throws Exception {
        BlockingQueue<Integer> ends = new LinkedBlockingQueue<>();
        try (Servers.Tcp server = Servers.Tcp.start(
                        socket -> ends.add(socket.getInputStream().read()));
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(tcp(ProbeFixture.target(server.address()))))
                    .isEqualTo(ProbeResult.passed("connected"));
            assertThat(ends.poll(20, TimeUnit.SECONDS))
                    .as("end of stream, not a reset")
                    .isEqualTo(-1);
            assertThat(server.received).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void tcp_closedPort_failsAtOnce(Transport transport) throws Exception {
        try (ProbeFixture fixture = new ProbeFixture(transport)) {
            ProbeResult result = fixture.probe(tcp(ProbeFixture.target(ProbeFixture.closedPort())));
            assertThat(result.passed()).isFalse();
            assertThat(result.reason()).startsWith("connection refused");
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void tcp_noAnswer_failsAfterTheTimeout(Transport transport) throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(FreePort.next(), 1, InetAddress.getByName("127.0.0.1"));
                ProbeFixture fixture = new ProbeFixture(transport)) {
            fill(full, waiting);
            long start = System.nanoTime();
            assertThat(fixture.probe(tcp(ProbeFixture.impatient("127.0.0.1:" + full.getLocalPort()))))
                    .isEqualTo(ProbeResult.failed("no connection in time"));
            assertThat(System.nanoTime() - start)
                    .isGreaterThan(Duration.ofMillis(290).toNanos());
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    /** Fills the queue of a listening socket, after which the system drops further connections. */
    private static void fill(ServerSocket full, List<Socket> waiting) throws IOException {
        for (int i = 0; i < 4; i++) {
            Socket socket = new Socket();
            waiting.add(socket);
            try {
                socket.connect(full.getLocalSocketAddress(), 200);
            } catch (IOException e) {
                return;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void tcp_timeoutZero_failsAtOnce(Transport transport) throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(FreePort.next(), 1, InetAddress.getByName("127.0.0.1"));
                ProbeFixture fixture = new ProbeFixture(transport)) {
            fill(full, waiting);
            ProbeTarget target =
                    ProbeFixture.target("127.0.0.1:" + full.getLocalPort()).withTimeout(Duration.ZERO);
            assertThat(fixture.probe(tcp(target)).passed()).isFalse();
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void tcp_ownAddressAndPort_serverSeesThem(Transport transport) throws Exception {
        BlockingQueue<InetSocketAddress> clients = new LinkedBlockingQueue<>();
        int port;
        try (ServerSocket free = new ServerSocket(FreePort.next(), 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        try (Servers.Tcp server = Servers.Tcp.start(socket -> {
                    clients.add((InetSocketAddress) socket.getRemoteSocketAddress());
                    Servers.silence(socket);
                });
                ProbeFixture fixture = new ProbeFixture(transport)) {
            Endpoint endpoint = Endpoint.parse(server.address());
            IpAddress source = IpAddress.parse("127.0.0.3");
            assertThat(fixture.probe(tcp(new ProbeTarget(endpoint, source, 0, null, 0, ProbeFixture.TIMEOUT)))
                            .passed())
                    .isTrue();
            assertThat(clients.poll(20, TimeUnit.SECONDS).getAddress().getHostAddress())
                    .isEqualTo("127.0.0.3");

            assertThat(fixture.probe(tcp(new ProbeTarget(endpoint, source, port, null, 0, ProbeFixture.TIMEOUT)))
                            .passed())
                    .isTrue();
            assertThat(clients.poll(20, TimeUnit.SECONDS)).isEqualTo(new InetSocketAddress("127.0.0.3", port));
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void tcp_ownAddressIsNotOfThisHost_notMade(Transport transport) throws Exception {
        try (Servers.Tcp server = Servers.Tcp.start(Servers::silence);
                ProbeFixture fixture = new ProbeFixture(transport)) {
            ProbeFixture.End end = new ProbeFixture.End();
            fixture.start(
                    tcp(new ProbeTarget(
                            Endpoint.parse(server.address()),
                            IpAddress.parse("192.0.2.77"),
                            0,
                            null,
                            0,
                            ProbeFixture.TIMEOUT)),
                    end);
            assertThat(end.notMade()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void tcp_deviceAndMark_areSetOrTheProbeIsNotMade(Transport transport) throws Exception {
        assumeTrue(transport != Transport.NIO, "NIO has no such options");
        try (Servers.Tcp server = Servers.Tcp.start(Servers::silence);
                ProbeFixture fixture = new ProbeFixture(transport)) {
            Endpoint endpoint = Endpoint.parse(server.address());
            ProbeFixture.End none = new ProbeFixture.End();
            fixture.start(tcp(new ProbeTarget(endpoint, null, 0, "none0", 0, ProbeFixture.TIMEOUT)), none);
            assertThat(none.notMade()).isNotEmpty();

            ProbeFixture.End loopback = new ProbeFixture.End();
            fixture.start(tcp(new ProbeTarget(endpoint, null, 0, "lo", 0, ProbeFixture.TIMEOUT)), loopback);
            ProbeFixture.await("an end", loopback::isOver);
            ProbeFixture.End marked = new ProbeFixture.End();
            fixture.start(tcp(new ProbeTarget(endpoint, null, 0, null, 7, ProbeFixture.TIMEOUT)), marked);
            ProbeFixture.await("an end", marked::isOver);
            if (System.getProperty("user.name").equals("root")) {
                assertThat(loopback.result().passed()).isTrue();
            }
        }
    }

    // ---- HTTP

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void http_answers_judged(Transport transport) throws Exception {
        try (Servers.Tcp good = Servers.Tcp.start(Servers.http(OK + "fine"));
                Servers.Tcp bad = Servers.Tcp.start(Servers.http("HTTP/1.0 500 Error\r\n\r\n"));
                Servers.Tcp garbage = Servers.Tcp.start(Servers.http("what?"));
                Servers.Tcp nothing = Servers.Tcp.start(Servers.http(""));
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(http(ProbeFixture.target(good.address()))))
                    .isEqualTo(ProbeResult.passed("status 200"));
            assertThat(fixture.probe(http(ProbeFixture.target(bad.address()))))
                    .isEqualTo(ProbeResult.failed("status 500"));
            assertThat(fixture.probe(http(ProbeFixture.target(garbage.address())))
                            .passed())
                    .isFalse();
            assertThat(fixture.probe(http(ProbeFixture.target(nothing.address())))
                            .passed())
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void http_longBodyInPieces_digestAndPattern(Transport transport) throws Exception {
        String body = "0123456789".repeat(200_000) + "needle";
        HttpPage page = new HttpPage(
                "/",
                null,
                md5(body),
                List.of(),
                new BodyPattern(Pattern.compile("0123"), true, 100_000, Integer.MAX_VALUE));
        try (Servers.Tcp server = Servers.Tcp.start(Servers.http(OK + body));
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(new HttpCheck(
                            ProbeFixture.target(server.address()),
                            ProbeFixture.SCHEDULE,
                            false,
                            false,
                            HttpCheck.Version.HTTP_1_0,
                            false,
                            List.of(page))))
                    .isEqualTo(ProbeResult.passed("status 200"));
        }
    }

    private static String md5(String text) throws Exception {
        return java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("MD5").digest(text.getBytes(US_ASCII)));
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void http_reset_fails(Transport transport) throws Exception {
        try (Servers.Tcp server = Servers.Tcp.start(socket -> {
                    Servers.readRequest(socket.getInputStream());
                    socket.getOutputStream().write(OK.getBytes(US_ASCII));
                    socket.setSoLinger(true, 0);
                });
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(http(ProbeFixture.target(server.address())))
                            .passed())
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void http_openConnection_failsByTheTimeAfterTheLastByte(Transport transport) throws Exception {
        try (Servers.Tcp server = Servers.Tcp.start(socket -> {
                    Servers.readRequest(socket.getInputStream());
                    socket.getOutputStream().write((OK + "all").getBytes(US_ASCII));
                    Servers.silence(socket);
                });
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(http(ProbeFixture.impatient(server.address()))))
                    .isEqualTo(ProbeResult.failed("the answer does not end"));
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    @Tag("slow")
    void http_bodyThatTrickles_passesBeyondTheTimeout(Transport transport) throws Exception {
        try (Servers.Tcp server = Servers.Tcp.start(socket -> {
                    Servers.readRequest(socket.getInputStream());
                    socket.getOutputStream().write(OK.getBytes(US_ASCII));
                    for (int i = 0; i < 12; i++) {
                        java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(60));
                        socket.getOutputStream().write('x');
                    }
                });
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(http(ProbeFixture.impatient(server.address())))
                            .passed())
                    .isTrue();
        }
    }

    // ---- TLS

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    @Tag("slow")
    void https_selfSigned_passesWithAndWithoutServerName(Transport transport, @TempDir Path directory)
            throws Exception {
        SSLContext context = Servers.selfSigned(directory);
        BlockingQueue<List<SNIServerName>> names = new LinkedBlockingQueue<>();
        AtomicReference<String> protocol = new AtomicReference<>();
        SSLServerSocket listening = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        try (Servers.Tcp server = new Servers.Tcp(listening, socket -> {
                    Servers.readRequest(socket.getInputStream());
                    SSLSocket tls = (SSLSocket) socket;
                    names.add(((ExtendedSSLSession) tls.getSession()).getRequestedServerNames());
                    protocol.set(tls.getApplicationProtocol());
                    socket.getOutputStream().write((OK + "x".repeat(100_000)).getBytes(US_ASCII));
                });
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(https(ProbeFixture.target(server.address()), false)))
                    .isEqualTo(ProbeResult.passed("status 200"));
            assertThat(names.poll(20, TimeUnit.SECONDS)).isEmpty();
            assertThat(protocol.get()).isEmpty();

            assertThat(fixture.probe(https(ProbeFixture.target(server.address()), true))
                            .passed())
                    .isTrue();
            assertThat(names.poll(20, TimeUnit.SECONDS).toString()).contains("www.example.com");
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void https_noTls_fails(Transport transport) throws Exception {
        try (Servers.Tcp plain = Servers.Tcp.start(Servers.http(OK));
                Servers.Tcp answers = Servers.Tcp.start(socket -> {
                    socket.getOutputStream().write("220 I speak SMTP\r\n".getBytes(US_ASCII));
                    Servers.silence(socket);
                });
                Servers.Tcp silent = Servers.Tcp.start(Servers::silence);
                Servers.Tcp closing = Servers.Tcp.start(socket -> {});
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(https(ProbeFixture.impatient(plain.address()), false))
                            .passed())
                    .isFalse();
            assertThat(fixture.probe(https(ProbeFixture.target(answers.address()), false))
                            .reason())
                    .startsWith("TLS: ");
            assertThat(fixture.probe(https(ProbeFixture.impatient(silent.address()), false))
                            .reason())
                    .contains("in time");
            assertThat(fixture.probe(https(ProbeFixture.target(closing.address()), false))
                            .passed())
                    .isFalse();
        }
    }

    // ---- SMTP

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void smtp_goodAndBadServer_judged(Transport transport) throws Exception {
        try (Servers.Tcp good = Servers.Tcp.start(smtp("220 ready\r\n"));
                Servers.Tcp bad = Servers.Tcp.start(smtp("220-ready\r\n220 x\r\n"));
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(new SmtpCheck(ProbeFixture.target(good.address()), ProbeFixture.SCHEDULE, "me"))
                            .passed())
                    .isTrue();
            assertThat(fixture.probe(new SmtpCheck(ProbeFixture.target(bad.address()), ProbeFixture.SCHEDULE, "me")))
                    .isEqualTo(ProbeResult.failed("greeting '220-ready'"));
        }
    }

    private static Servers.Handler smtp(String greeting) {
        return socket -> {
            var lines = new java.io.BufferedReader(new java.io.InputStreamReader(socket.getInputStream(), US_ASCII));
            socket.getOutputStream().write(greeting.getBytes(US_ASCII));
            if ("HELO me".equals(lines.readLine())) {
                socket.getOutputStream().write("250 you\r\n".getBytes(US_ASCII));
                if ("QUIT".equals(lines.readLine())) {
                    socket.getOutputStream().write("221 bye\r\n".getBytes(US_ASCII));
                }
            }
        };
    }

    // ---- datagrams

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void dns_repliesOfOthersFirst_ignored(Transport transport) throws Exception {
        try (Servers.Udp server = Servers.Udp.start(question -> {
                    byte[] good = question.clone();
                    good[2] |= (byte) 0x80;
                    byte[] other = good.clone();
                    other[0]++;
                    return new byte[][] {other, question, good};
                });
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(dns(ProbeFixture.target(server.address()))).passed())
                    .isTrue();
            assertThat(server.received.peek()).hasSize(29);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    @Tag("slow")
    void dns_endlessForeignReplies_doNotExtendTheTime(Transport transport) throws Exception {
        try (Servers.Udp server = Servers.Udp.start(question -> {
                    byte[][] others = new byte[20_000][];
                    java.util.Arrays.fill(others, new byte[12]);
                    return others;
                });
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(dns(ProbeFixture.impatient(server.address()))))
                    .isEqualTo(ProbeResult.failed("no answer"));
        }
    }

    private static NetworkCheck dns(ProbeTarget target) {
        return new DnsCheck(target, ProbeFixture.SCHEDULE, DnsCheck.RecordType.A, "example.com");
    }

    private static NetworkCheck udp(ProbeTarget target, String reply) {
        return new UdpCheck(target, ProbeFixture.SCHEDULE, "00ff", reply, 0, 60_000);
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void udp_repliesAndSilence_judged(Transport transport) throws Exception {
        byte[] big = new byte[30_000];
        big[0] = 0x1a;
        try (Servers.Udp silent = Servers.Udp.start(question -> new byte[0][]);
                Servers.Udp answering = Servers.Udp.start(question -> new byte[][] {big});
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(udp(ProbeFixture.impatient(silent.address()), null))
                            .passed())
                    .isTrue();
            assertThat(silent.received.peek()).isEqualTo(new byte[] {0, (byte) 0xFF});
            assertThat(fixture.probe(udp(ProbeFixture.impatient(silent.address()), "")))
                    .isEqualTo(ProbeResult.failed("no reply"));
            assertThat(fixture.probe(udp(ProbeFixture.target(answering.address()), "1x00"))
                            .passed())
                    .isTrue();
            assertThat(fixture.probe(udp(ProbeFixture.target(answering.address()), "2x"))
                            .passed())
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void udp_closedPort_failsAtOnce(Transport transport) throws Exception {
        String closed;
        try (Servers.Udp server = Servers.Udp.start(question -> new byte[0][])) {
            closed = server.address();
        }
        try (ProbeFixture fixture = new ProbeFixture(transport)) {
            ProbeResult result = fixture.probe(udp(ProbeFixture.target(closed), null));
            assertThat(result.passed()).isFalse();
            assertThat(fixture.probe(dns(ProbeFixture.target(closed))).passed()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void udp_emptyPayload_isSent(Transport transport) throws Exception {
        try (Servers.Udp server = Servers.Udp.start(question -> new byte[][] {{(byte) question.length, 1}});
                ProbeFixture fixture = new ProbeFixture(transport)) {
            UdpCheck check =
                    new UdpCheck(ProbeFixture.target(server.address()), ProbeFixture.SCHEDULE, "", "0001", 0, 255);
            assertThat(fixture.probe(check)).isEqualTo(ProbeResult.passed("the required reply"));
            assertThat(server.received).singleElement().isEqualTo(new byte[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void ping_loopback_passes(Transport transport) throws Exception {
        for (String address : List.of("127.0.0.1", "::1")) {
            Endpoint endpoint = Endpoint.parse(address);
            String problem = PingSockets.problem(endpoint.address().family());
            assumeTrue(problem == null, problem);
            try (ProbeFixture fixture = new ProbeFixture(transport)) {
                assertThat(fixture.probe(new PingCheck(ProbeTarget.of(endpoint), ProbeFixture.SCHEDULE)))
                        .as("%s", address)
                        .isEqualTo(ProbeResult.passed("answered"));
            }
        }
    }
}
