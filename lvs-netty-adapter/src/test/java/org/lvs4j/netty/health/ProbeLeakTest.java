package org.lvs4j.netty.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.SmtpCheck;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.health.UdpCheck;
import org.lvs4j.netty.Transport;

/** A probe leaves no socket and no timer behind, whenever it is cancelled and however it ends. */
@Tag("slow")
final class ProbeLeakTest {
    private static final String OK = "HTTP/1.0 200 OK\r\n\r\n";

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void cancel_atAnyMoment_nothingIsLeft(Transport transport) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        try (Servers.Tcp silent = Servers.Tcp.start(Servers::silence);
                Servers.Tcp slow = Servers.Tcp.start(socket -> {
                    socket.getOutputStream().write(OK.getBytes(US_ASCII));
                    for (int i = 0; i < 20; i++) {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                        socket.getOutputStream().write('x');
                    }
                });
                Servers.Udp deaf = Servers.Udp.start(question -> new byte[0][]);
                ProbeFixture fixture = new ProbeFixture(transport)) {
            String closed = ProbeFixture.closedPort();
            fixture.probe(new TcpCheck(ProbeFixture.target(silent.address()), ProbeFixture.SCHEDULE));
            ProbeFixture.await("servers have closed", () -> settled(silent));
            int timers = fixture.pendingTimers();
            long before = ProbeFixture.openSockets();

            List<ProbeFixture.End> ends = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                String address = List.of(silent.address(), slow.address(), deaf.address(), closed)
                        .get(random.nextInt(4));
                ProbeFixture.End end = new ProbeFixture.End();
                Execution execution = fixture.start(check(random.nextInt(7), address), end);
                LockSupport.parkNanos(random.nextInt(3_000_000));
                execution.cancel();
                execution.cancel();
                ends.add(end);
            }
            fixture.pendingTimers();
            long over = ends.stream().filter(ProbeFixture.End::isOver).count();
            ProbeFixture.await("timers of seed " + seed, () -> timers(fixture) == timers);
            ProbeFixture.await("sockets of seed " + seed, () -> ProbeFixture.openSockets() <= before);
            assertThat(ends.stream().filter(ProbeFixture.End::isOver).count())
                    .as("results after the cancellation")
                    .isEqualTo(over);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void end_ofAnyKind_nothingIsLeft(Transport transport) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
        try (Servers.Tcp silent = Servers.Tcp.start(Servers::silence);
                Servers.Tcp good = Servers.Tcp.start(Servers.http(OK));
                Servers.Udp deaf = Servers.Udp.start(question -> new byte[0][]);
                ProbeFixture fixture = new ProbeFixture(transport)) {
            String closed = ProbeFixture.closedPort();
            fixture.probe(new TcpCheck(ProbeFixture.target(good.address()), ProbeFixture.SCHEDULE));
            ProbeFixture.await("servers have closed", () -> settled(silent));
            int timers = fixture.pendingTimers();
            long before = ProbeFixture.openSockets();
            List<ProbeFixture.End> ends = new ArrayList<>();
            for (String address : List.of(silent.address(), good.address(), deaf.address(), closed)) {
                for (int kind = 0; kind < 7; kind++) {
                    ProbeFixture.End end = new ProbeFixture.End();
                    fixture.start(check(kind, address), end);
                    ends.add(end);
                }
            }
            for (ProbeFixture.End end : ends) {
                ProbeFixture.await("an end", end::isOver);
            }
            ProbeFixture.await("timers", () -> timers(fixture) == timers);
            ProbeFixture.await("sockets", () -> ProbeFixture.openSockets() <= before);
        }
    }

    /** Whether the server has nothing open but its listening socket. */
    private static boolean settled(Servers.Tcp server) {
        return server.open() == 0;
    }

    private static int timers(ProbeFixture fixture) {
        try {
            return fixture.pendingTimers();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static NetworkCheck check(int kind, String address) {
        return switch (kind) {
            case 0 -> new TcpCheck(ProbeFixture.impatient(address), ProbeFixture.SCHEDULE);
            case 1 -> HttpCheck.of(ProbeFixture.impatient(address), ProbeFixture.SCHEDULE, "/");
            case 2 ->
                new HttpCheck(
                        ProbeFixture.impatient(address),
                        ProbeFixture.SCHEDULE,
                        true,
                        false,
                        HttpCheck.Version.HTTP_1_0,
                        false,
                        List.of(org.lvs4j.health.HttpPage.of("/")));
            case 3 -> new SmtpCheck(ProbeFixture.impatient(address), ProbeFixture.SCHEDULE, "me");
            case 4 -> GrpcCheck.of(ProbeFixture.impatient(address), ProbeFixture.SCHEDULE, "");
            case 5 -> new UdpCheck(ProbeFixture.impatient(address), ProbeFixture.SCHEDULE, null, null, 0, 255);
            default -> new DnsCheck(ProbeFixture.impatient(address), ProbeFixture.SCHEDULE, DnsCheck.RecordType.A, ".");
        };
    }
}
