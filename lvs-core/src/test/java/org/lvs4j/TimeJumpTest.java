package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** A clock that jumps: the result is that of small steps, at the cost of what is due. */
class TimeJumpTest {
    private static final String WEB = "10.0.0.100:80";
    private static final String SSH = "10.0.0.100:22";
    private static final String DNS = "10.0.0.100:53";

    private final AtomicLong nanos = new AtomicLong(TimeUnit.SECONDS.toNanos(5));

    private Director director() {
        Director director = Director.builder().ticker(nanos::get).build();
        RealServer[] servers = {RealServer.of("192.168.1.1:80"), RealServer.of("192.168.1.2:80")};
        director.addService(
                VirtualService.builder(ServiceKey.tcp(WEB))
                        .scheduler("rr")
                        .persistence(new Persistence(300, -1, null))
                        .build(),
                servers);
        director.addService(
                VirtualService.builder(ServiceKey.tcp(SSH)).scheduler("rr").build(), servers);
        director.addService(
                VirtualService.builder(ServiceKey.udp(DNS)).scheduler("rr").build(), servers);
        return director;
    }

    private static void packet(Director director, SplittableRandom random) {
        int client = random.nextInt(500);
        String source = "10.1." + client / 200 + "." + (1 + client % 200) + ":4000";
        switch (random.nextInt(3)) {
            case 0 -> dispatch(director, DirectorFixture.flow(Protocol.UDP, source, DNS), 0);
            case 1 -> dispatch(director, DirectorFixture.flow(Protocol.TCP, source, SSH), flags(random));
            default -> dispatch(director, DirectorFixture.flow(Protocol.TCP, source, WEB), flags(random));
        }
    }

    private static int flags(SplittableRandom random) {
        int[] flags = {TcpFlags.SYN, TcpFlags.ACK, TcpFlags.FIN | TcpFlags.ACK, TcpFlags.RST};
        return flags[random.nextInt(flags.length)];
    }

    private static void dispatch(Director director, Flow flow, int flags) {
        director.flows().dispatch(flow, flags, 100);
    }

    private static List<ConnectionSnapshot> connections(Director director) {
        return director.connections().stream()
                .sorted(Comparator.comparing(ConnectionSnapshot::toString))
                .toList();
    }

    private static List<String> templates(Director director) {
        return director.templates().stream()
                .map(TemplateSnapshot::toString)
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @Tag("slow")
    @ValueSource(longs = {1, 2, 3, 4})
    void advance_jumps_sameAsSmallSteps(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Director jumping = director();
        Director stepping = director();
        for (int round = 0; round < 20; round++) {
            SplittableRandom packets = random.split();
            long packetSeed = packets.nextLong();
            for (Director director : List.of(jumping, stepping)) {
                SplittableRandom same = new SplittableRandom(packetSeed);
                for (int i = 0; i < 100; i++) {
                    packet(director, same);
                }
            }
            long jump = TimeUnit.MILLISECONDS.toNanos(random.nextInt(random.nextBoolean() ? 400_000 : 5_000));
            long step = TimeUnit.MILLISECONDS.toNanos(250);
            for (long left = jump; left > 0; left -= step) {
                nanos.addAndGet(Math.min(step, left));
                stepping.advance();
            }
            jumping.advance();
            String what = "seed " + seed + " round " + round;
            assertThat(connections(jumping)).as(what).isEqualTo(connections(stepping));
            assertThat(templates(jumping)).as(what).isEqualTo(templates(stepping));
            assertThat(jumping.services()).as(what).isEqualTo(stepping.services());
            assertThat(jumping.rates()).as(what).isEqualTo(stepping.rates());
        }
    }

    // In ticks of 10 ms these pauses would take from seconds to years.
    @ParameterizedTest
    @ValueSource(longs = {1, 30, 365, 36_500})
    @Timeout(30)
    void advance_days_everythingExpires(long days) {
        Director director = director();
        director.setSysctl(Sysctl.DROP_ENTRY, 3);
        SplittableRandom random = new SplittableRandom(days);
        for (int i = 0; i < 3000; i++) {
            packet(director, random);
        }
        director.removeServer(
                ServiceKey.tcp(SSH), RealServer.of("192.168.1.1:80").endpoint());
        nanos.addAndGet(TimeUnit.DAYS.toNanos(days));
        director.advance();
        assertThat(director.connections()).isEmpty();
        assertThat(director.templates()).isEmpty();
        assertThat(director.rates().inPacketsPerSecond()).isZero();
        director.setSysctl(Sysctl.DROP_ENTRY, 0);
        dispatch(director, DirectorFixture.tcp("10.1.0.1:4000", WEB), TcpFlags.SYN);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
        assertThat(director.connections()).hasSize(1);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
        assertThat(director.connections()).isEmpty();
    }

    @Test
    @Tag("slow")
    @Timeout(60)
    void advance_monthWithLongTimeouts_onlyTheDueExpire() {
        Director director = director();
        director.setTimeouts(new TimeoutSettings((int) Duration.ofDays(31).toSeconds(), 120, 300));
        for (int client = 1; client <= 100; client++) {
            Flow flow = DirectorFixture.tcp("10.1.0." + client + ":4000", WEB);
            dispatch(director, flow, TcpFlags.SYN);
            if (client > 50) {
                director.flows()
                        .dispatchReply(
                                DirectorFixture.tcp(
                                        "192.168.1." + (1 + client % 2) + ":80", "10.1.0." + client + ":4000"),
                                TcpFlags.SYN | TcpFlags.ACK,
                                100);
                dispatch(director, flow, TcpFlags.ACK);
            }
        }
        nanos.addAndGet(TimeUnit.DAYS.toNanos(30));
        director.advance();
        assertThat(director.connections()).hasSize(50);
        assertThat(director.templates()).hasSize(50);
        nanos.addAndGet(TimeUnit.DAYS.toNanos(2));
        director.advance();
        assertThat(director.connections()).isEmpty();
        assertThat(director.templates()).isEmpty();
    }
}
