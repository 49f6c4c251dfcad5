package org.lvs4j.netty.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A check by gRPC against servers that follow HTTP/2 and others, on every available transport. */
final class GrpcProbeTest {
    private static final byte[] SETTINGS = frame(4, 0, 0, "");
    private static final ProbeResult PASSED = ProbeResult.passed("SERVING");

    private static GrpcCheck check(String address) {
        return GrpcCheck.of(ProbeFixture.target(address), ProbeFixture.SCHEDULE, "web");
    }

    private static GrpcCheck impatient(String address) {
        return GrpcCheck.of(ProbeFixture.impatient(address), ProbeFixture.SCHEDULE, "web");
    }

    private static GrpcCheck tls(ProbeTarget target, @Nullable String authority) {
        return new GrpcCheck(target, ProbeFixture.SCHEDULE, "", true, authority);
    }

    private static byte[] frame(int type, int flags, int stream, String payload) {
        byte[] bytes = HexFormat.of().parseHex(payload);
        return ByteBuffer.allocate(9 + bytes.length)
                .putInt(bytes.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(bytes)
                .array();
    }

    private static ProbeResult probe(Transport transport, GrpcServer.Answer answer) throws Exception {
        try (GrpcServer server = GrpcServer.start(answer);
                ProbeFixture fixture = new ProbeFixture(transport)) {
            return fixture.probe(check(server.address()));
        }
    }

    private static ProbeResult probeRaw(Transport transport, Servers.Handler handler) throws Exception {
        try (Servers.Tcp server = Servers.Tcp.start(handler);
                ProbeFixture fixture = new ProbeFixture(transport)) {
            return fixture.probe(impatient(server.address()));
        }
    }

    private static void failsBecause(ProbeResult result, String reason) {
        assertThat(result).isEqualTo(ProbeResult.failed(reason));
    }

    // ---- servers that follow HTTP/2

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void serving_anyAuthority_passesWithOneCall(Transport transport) throws Exception {
        try (GrpcServer server = GrpcServer.start(GrpcServer.serving());
                ProbeFixture fixture = new ProbeFixture(transport)) {
            String address = server.address();
            assertThat(fixture.probe(check(address))).isEqualTo(PASSED);
            assertThat(fixture.probe(new GrpcCheck(
                            ProbeFixture.target(address), ProbeFixture.SCHEDULE, "", false, "api.example.com:443")))
                    .isEqualTo(PASSED);
            String path = "/grpc.health.v1.Health/Check application/grpc 10000m ";
            assertThat(server.calls)
                    .containsExactly(
                            "POST http " + address + path + "00000000050a03776562",
                            "POST http api.example.com:443" + path + "0000000000");
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void otherAnswers_judged(Transport transport) throws Exception {
        failsBecause(probe(transport, GrpcServer.message("00000000020802")), "NOT_SERVING");
        failsBecause(probe(transport, GrpcServer.message("0000000000")), "UNKNOWN");
        failsBecause(
                probe(
                        transport,
                        call -> call.trailer(
                                ":status",
                                "200",
                                "content-type",
                                "application/grpc",
                                "grpc-status",
                                "5",
                                "grpc-message",
                                "unknown service")),
                "grpc-status 5 NOT_FOUND: unknown service");
        failsBecause(probe(transport, call -> call.ok().trailer("grpc-status", "12")), "grpc-status 12 UNIMPLEMENTED");
        failsBecause(
                probe(transport, call -> call.ok().content("00000000020801", true)),
                "the answer ends without a grpc-status");
        failsBecause(probe(transport, call -> call.trailer(":status", "404")), "HTTP status 404");
        failsBecause(
                probe(transport, call -> call.ok().content("00".repeat(2000), false)),
                "the answer is longer than 1024 bytes");
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void serving_eachByteAlone_passes(Transport transport) throws Exception {
        try (GrpcServer server = GrpcServer.startSplit(GrpcServer.serving());
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(check(server.address()))).isEqualTo(PASSED);
        }
        assertThat(probe(
                        transport,
                        call -> call.ok()
                                .content("0000", false)
                                .content("0000", false)
                                .content("0208", false)
                                .content("01", false)
                                .trailer("grpc-status", "0")))
                .isEqualTo(PASSED);
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void serving_connectionEndsInOrder_passes(Transport transport) throws Exception {
        assertThat(probe(transport, call -> {
                    call.frame(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(1000));
                    GrpcServer.serving().write(call);
                }))
                .isEqualTo(PASSED);
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void streamOrConnection_endedByTheServer_fails(Transport transport) throws Exception {
        failsBecause(
                probe(
                        transport,
                        call -> call.frame(
                                new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(call.request().stream()))),
                "the server resets the stream: CANCEL");
        failsBecause(
                probe(transport, call -> call.ok().context().close()), "the connection was closed within the answer");
        failsBecause(
                probeRaw(transport, socket -> {
                    socket.getOutputStream().write(SETTINGS);
                    socket.getOutputStream().write(frame(7, 0, 0, "000000000000000b"));
                    Servers.silence(socket);
                }),
                "the server refuses the stream: GOAWAY ENHANCE_YOUR_CALM");
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void answer_stalls_failsAfterTheTimeout(Transport transport) throws Exception {
        try (GrpcServer silent = GrpcServer.start(call -> {});
                GrpcServer half = GrpcServer.start(GrpcServer.Call::ok);
                ProbeFixture fixture = new ProbeFixture(transport)) {
            failsBecause(fixture.probe(impatient(silent.address())), "no answer");
            failsBecause(fixture.probe(impatient(half.address())), "the answer does not end");
        }
        failsBecause(probeRaw(transport, Servers::silence), "no answer");
    }

    // ---- servers that do not

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void noHttp2_anyBytes_fails(Transport transport) throws Exception {
        for (String greeting : List.of(
                "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2p1 too many open files\r\n",
                "\0\0\0\0\0\0\0\0\0\0\0")) {
            failsBecause(
                    probeRaw(transport, socket -> {
                        socket.getOutputStream().write(greeting.getBytes(US_ASCII));
                        Servers.silence(socket);
                    }),
                    "the server does not speak HTTP/2");
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void garbage_afterTheSettings_failsByItsCode(Transport transport) throws Exception {
        failsBecause(
                probeRaw(transport, socket -> {
                    socket.getOutputStream().write(SETTINGS);
                    socket.getOutputStream().write(frame(6, 0, 0, "00"));
                    Servers.silence(socket);
                }),
                "HTTP/2: FRAME_SIZE_ERROR");
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20; i++) {
            byte[] garbage = new byte[200];
            random.nextBytes(garbage);
            assertThat(probeRaw(transport, socket -> {
                                socket.getOutputStream().write(SETTINGS);
                                socket.getOutputStream().write(garbage);
                            })
                            .passed())
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void header_endless_failsAtTheBound(Transport transport) throws Exception {
        String field = "000178" + "7f00" + "79".repeat(127);
        ProbeResult result = probeRaw(transport, socket -> {
            OutputStream out = socket.getOutputStream();
            out.write(SETTINGS);
            out.write(frame(1, 0, 3, "88"));
            while (true) {
                out.write(frame(9, 0, 3, field.repeat(100)));
            }
        });
        assertThat(result.passed()).isFalse();
        assertThat(result.reason()).startsWith("HTTP/2: ");
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void pings_endless_doNotExtendTheTime(Transport transport) throws Exception {
        failsBecause(
                probeRaw(transport, socket -> {
                    socket.getOutputStream().write(SETTINGS);
                    while (true) {
                        socket.getOutputStream().write(frame(6, 0, 0, "0000000000000000"));
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                    }
                }),
                "no answer");
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    @Tag("slow")
    void answer_trickles_endsWithTheTimeOfTheCall(Transport transport) throws Exception {
        GrpcServer.Answer trickle = call -> {
            call.ok();
            call.context()
                    .executor()
                    .scheduleAtFixedRate(() -> call.content("00", false), 10, 100, TimeUnit.MILLISECONDS);
        };
        try (GrpcServer server = GrpcServer.start(trickle);
                ProbeFixture fixture = new ProbeFixture(transport)) {
            ProbeTarget target = ProbeFixture.target(server.address()).withTimeout(Duration.ofSeconds(3));
            failsBecause(fixture.probe(GrpcCheck.of(target, ProbeFixture.SCHEDULE, "web")), "the answer does not end");
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void connection_closedOrRefused_fails(Transport transport) throws Exception {
        assertThat(probeRaw(transport, socket -> {}).passed()).isFalse();
        try (ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(check(ProbeFixture.closedPort())).reason()).startsWith("connection refused");
        }
    }

    // ---- TLS

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    @Tag("slow")
    void tls_h2ByAlpn_passesOnlyWithIt(Transport transport, @TempDir Path directory) throws Exception {
        SSLContext context = Servers.selfSigned(directory);
        try (GrpcServer server = GrpcServer.startTls(GrpcServer.serving(), context, "h2", "http/1.1");
                GrpcServer without = GrpcServer.startTls(GrpcServer.serving(), context);
                GrpcServer older = GrpcServer.startTls(GrpcServer.serving(), context, "http/1.1");
                GrpcServer plain = GrpcServer.start(GrpcServer.serving());
                Servers.Tcp silent = Servers.Tcp.start(Servers::silence);
                ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(tls(ProbeFixture.target(server.address()), "api.example.com:443")))
                    .isEqualTo(PASSED);
            assertThat(fixture.probe(tls(ProbeFixture.target(server.address()), null)))
                    .isEqualTo(PASSED);
            assertThat(server.calls)
                    .allMatch(call -> call.startsWith("POST https "))
                    .anyMatch(call -> call.contains(" api.example.com:443/"));
            failsBecause(
                    fixture.probe(tls(ProbeFixture.target(without.address()), null)),
                    "TLS: the server does not choose h2 by ALPN");
            failsBecause(
                    fixture.probe(tls(ProbeFixture.target(plain.address()), null)),
                    "TLS: the server does not speak TLS");
            for (String address : List.of(older.address(), silent.address())) {
                assertThat(fixture.probe(tls(ProbeFixture.impatient(address), null))
                                .passed())
                        .isFalse();
            }
            assertThat(fixture.probe(impatient(server.address())).passed()).isFalse();
        }
    }

    @Test
    void serverName_ofAnAuthority_isItsHost() {
        ProbeTarget target = ProbeFixture.target("127.0.0.1:1");
        assertThat(ProbeTls.serverName(tls(target, "a.example:443"))).isEqualTo("a.example");
        assertThat(ProbeTls.serverName(tls(target, "a.example"))).isEqualTo("a.example");
        for (String none : new String[] {null, "[::1]:443", "[::1]", "10.0.0.1:443", "10.0.0.1"}) {
            assertThat(ProbeTls.serverName(tls(target, none))).isNull();
        }
    }

    // ---- ends

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    @Tag("slow")
    void probe_anyEnd_nothingIsLeft(Transport transport) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
        SplittableRandom random = new SplittableRandom(3);
        try (GrpcServer good = GrpcServer.startSplit(GrpcServer.serving());
                GrpcServer half = GrpcServer.start(GrpcServer.Call::ok);
                GrpcServer resets = GrpcServer.start(call ->
                        call.frame(new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(call.request().stream())));
                Servers.Tcp none = Servers.Tcp.start(Servers.http("HTTP/1.1 400 Bad Request\r\n\r\n"));
                ProbeFixture fixture = new ProbeFixture(transport)) {
            List<String> addresses = List.of(
                    good.address(), half.address(), resets.address(), none.address(), ProbeFixture.closedPort());
            fixture.probe(impatient(none.address()));
            ProbeFixture.await("the server has closed", () -> none.open() == 0);
            int timers = fixture.pendingTimers();
            long before = ProbeFixture.openSockets();

            List<ProbeFixture.End> ends = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                ProbeTarget target = ProbeFixture.impatient(addresses.get(i % addresses.size()));
                ProbeFixture.End end = new ProbeFixture.End();
                Execution execution =
                        fixture.start(new GrpcCheck(target, ProbeFixture.SCHEDULE, "", i % 7 == 0, null), end);
                if (i % 2 == 0) {
                    LockSupport.parkNanos(random.nextInt(3_000_000));
                    execution.cancel();
                } else {
                    ends.add(end);
                }
            }
            for (ProbeFixture.End end : ends) {
                ProbeFixture.await("an end", end::isOver);
            }
            ProbeFixture.await("sockets", () -> ProbeFixture.openSockets() <= before);
            ProbeFixture.await("timers", () -> timers(fixture) <= timers);
        }
    }

    private static int timers(ProbeFixture fixture) {
        try {
            return fixture.pendingTimers();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    // ---- monitor

    private static final CheckSchedule FAST = CheckSchedule.builder()
            .interval(Duration.ofMillis(30))
            .retries(0)
            .warmup(Duration.ZERO)
            .build();

    @Test
    void monitor_serviceStopsServing_leavesTheTable() throws Exception {
        AtomicReference<String> status = new AtomicReference<>("00000000020801");
        ServiceKey key = ServiceKey.tcp("127.0.0.1:8080");
        Director director = Director.create();
        try (GrpcServer server =
                GrpcServer.start(call -> GrpcServer.message(status.get()).write(call))) {
            director.addService(VirtualService.builder(key).build(), RealServer.of(server.address()));
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                    .check(key, each -> GrpcCheck.of(ProbeTarget.of(each.endpoint()), FAST, "web"))
                    .start()) {
                ProbeFixture.await("a call", () -> !server.calls.isEmpty());
                status.set("00000000020802");
                ProbeFixture.await(
                        "no server", () -> director.configuration(key).servers().isEmpty());
                assertThat(monitor.snapshot()
                                .services()
                                .get(0)
                                .servers()
                                .get(0)
                                .checks()
                                .get(0)
                                .reason())
                        .isEqualTo("NOT_SERVING");
                status.set("00000000020801");
                ProbeFixture.await(
                        "the server",
                        () -> director.configuration(key).servers().size() == 1);
            }
        }
    }

    @Test
    void configuration_authorityThatTlsCannotSend_refused() {
        MonitoredService service = MonitoredService.builder(VirtualService.of(ServiceKey.tcp("127.0.0.1:8080")))
                .server(MonitoredServer.of(
                        RealServer.of("127.0.0.1:1"), tls(ProbeFixture.target("127.0.0.1:1"), "a..example:443")))
                .build();
        assertThat(CheckRequirements.problems(new HealthConfiguration(List.of(service), false), ProbeTransport.NIO))
                .containsExactly("TCP 127.0.0.1:8080: 127.0.0.1:1: GRPC_CHECK: 'a..example' cannot be sent as the name"
                        + " of a server in TLS");
    }
}
