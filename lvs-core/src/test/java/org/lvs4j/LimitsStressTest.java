package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * Connections and templates end in every way other than by their timers, all at once: few clients with colliding flows,
 * low ceilings, and a thread that changes settings and removes servers. Afterwards nothing may be left.
 */
@Tag("slow")
class LimitsStressTest {
    private static final int THREADS = 4;
    private static final int STEPS = 15_000;
    private static final int CHANGES = 1_500;

    private static final Sysctl[] SETTINGS = {
        Sysctl.CONN_REUSE_MODE, Sysctl.DROP_ENTRY, Sysctl.DROP_PACKET, Sysctl.EXPIRE_NODEST_CONN,
        Sysctl.EXPIRE_QUIESCENT_TEMPLATE, Sysctl.SECURE_TCP, Sysctl.SLOPPY_SCTP, Sysctl.SLOPPY_TCP
    };

    private static final VirtualService[] SERVICES = {
        VirtualService.builder(ServiceKey.tcp("10.0.0.1:80")).scheduler("rr").build(),
        VirtualService.builder(ServiceKey.tcp("10.0.0.1:0"))
                .scheduler("wlc")
                .persistent(30)
                .build(),
        VirtualService.builder(ServiceKey.udp("10.0.0.1:53"))
                .scheduler("rr")
                .persistent(20)
                .onePacket(true)
                .build(),
        VirtualService.builder(ServiceKey.udp("10.0.0.1:5060"))
                .scheduler("lc")
                .persistence(new Persistence(10, 0xFFFF_FF00, "sip"))
                .build(),
        VirtualService.builder(ServiceKey.of(Protocol.SCTP, Endpoint.parse("10.0.0.1:2905")))
                .scheduler("rr")
                .persistent(40)
                .build(),
    };

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger changes = new AtomicInteger();
    private final Director director = Director.builder()
            .ticker(clock::get)
            .maxConnections(150)
            .maxTemplates(24)
            .availablePages(() -> clock.get() / 1_000_000_000L % 2 * 2_000)
            .build();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void director_everyKindOfEndAtOnce_nothingLeft(long seed) throws Exception {
        for (VirtualService service : SERVICES) {
            director.addService(service);
            for (int server = 1; server <= 3; server++) {
                director.addServer(service.key(), server(server, 1, server));
            }
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
        long forwarded = 0;
        try {
            List<Future<Long>> runs = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                long own = seed * 100 + thread;
                runs.add(threads.submit(() -> clients(new SplittableRandom(own))));
            }
            AtomicBoolean clientsDone = new AtomicBoolean();
            Future<?> operator = threads.submit(() -> operate(new SplittableRandom(seed), clientsDone));
            for (Future<Long> run : runs) {
                forwarded += run.get(120, TimeUnit.SECONDS);
            }
            clientsDone.set(true);
            operator.get(120, TimeUnit.SECONDS);
        } finally {
            threads.shutdownNow();
        }
        assertThat(forwarded).as("seed %d", seed).isGreaterThan(STEPS / 10);
        LimitCounters limits = director.limits();
        assertThat(limits.templatesEvicted()).as("seed %d", seed).isPositive();
        assertThat(limits.packetsDropped()).as("seed %d", seed).isPositive();
        assertNothingLeft(seed);
    }

    private static RealServer server(int number, int weight, int method) {
        return RealServer.builder("192.168.1." + number)
                .weight(weight)
                .forwarding(method % 3 == 0 ? Forwarding.direct() : Forwarding.masquerade())
                .upperThreshold(number == 2 ? 20 : 0)
                .build();
    }

    /** Makes changes while clients run; the clients run until enough changes have been made. */
    private void operate(SplittableRandom random, AtomicBoolean clientsDone) {
        for (int change = 0; change < CHANGES || !clientsDone.get(); change++) {
            changes.lazySet(change);
            ServiceKey key = SERVICES[random.nextInt(SERVICES.length)].key();
            RealServer server = server(1 + random.nextInt(3), random.nextInt(3), random.nextInt(3));
            switch (random.nextInt(4)) {
                case 0 -> {
                    director.removeServer(key, server.endpoint());
                    Thread.yield();
                    director.addServer(key, server);
                }
                case 1 -> director.editServer(key, server);
                case 2 -> director.connections();
                default -> {
                    Sysctl sysctl = SETTINGS[random.nextInt(SETTINGS.length)];
                    director.setSysctl(sysctl, random.nextInt(sysctl.max() + 1));
                }
            }
        }
    }

    private long clients(SplittableRandom random) {
        List<Connection> held = new ArrayList<>();
        long forwarded = 0;
        for (int step = 0; step < STEPS || changes.get() < CHANGES - 1; step++) {
            clock.addAndGet(random.nextLong(TimeUnit.MILLISECONDS.toNanos(4)));
            Flow flow = flow(random);
            int flagsOrChunk = flow.protocol() == Protocol.TCP
                    ? new int[] {2, 2, 16, 17, 4}[random.nextInt(5)]
                    : random.nextInt(15);
            switch (random.nextInt(8)) {
                case 0 -> {
                    Connection connection = director.open(flow, SipMessages.call("call" + random.nextInt(40)));
                    if (connection.accepted()) {
                        held.add(connection);
                        forwarded++;
                    }
                }
                case 1 -> {
                    if (!held.isEmpty()) {
                        useOneOf(held, random);
                    }
                }
                case 2 ->
                    director.flows()
                            .dispatchReply(
                                    Flow.of(
                                            flow.protocol(),
                                            Endpoint.parse("192.168.1." + (1 + random.nextInt(3)))
                                                    .withPort(flow.destinationPort()),
                                            flow.source()),
                                    flagsOrChunk,
                                    60);
                default -> {
                    long decision = director.flows()
                            .dispatch(flow, flagsOrChunk, 60, SipMessages.call("call" + random.nextInt(40)));
                    if (Decision.verdict(decision) == Verdict.FORWARD) {
                        forwarded++;
                    }
                }
            }
        }
        held.forEach(Connection::close);
        return forwarded;
    }

    private static void useOneOf(List<Connection> held, SplittableRandom random) {
        int index = random.nextInt(held.size());
        Connection connection = held.get(index);
        switch (random.nextInt(6)) {
            case 0 -> connection.established();
            case 1 -> connection.clientFinished();
            case 2 -> connection.serverFinished();
            case 3 -> {
                if (!connection.retry()) {
                    held.remove(index);
                }
            }
            default -> held.remove(index).close();
        }
    }

    private static Flow flow(SplittableRandom random) {
        Endpoint client = Endpoint.parse("10.1." + random.nextInt(3) + "." + random.nextInt(30))
                .withPort(2_000 + random.nextInt(4));
        return switch (random.nextInt(5)) {
            case 0 -> Flow.of(Protocol.TCP, client, Endpoint.parse("10.0.0.1:80"));
            case 1 -> Flow.of(Protocol.TCP, client, Endpoint.parse("10.0.0.1:443"));
            case 2 -> Flow.of(Protocol.UDP, client, Endpoint.parse("10.0.0.1:53"));
            case 3 -> Flow.of(Protocol.UDP, client, Endpoint.parse("10.0.0.1:5060"));
            default -> Flow.of(Protocol.SCTP, client, Endpoint.parse("10.0.0.1:2905"));
        };
    }

    private void assertNothingLeft(long seed) {
        for (Sysctl sysctl : SETTINGS) {
            director.setSysctl(sysctl, sysctl.defaultValue());
        }
        for (int minute = 0; minute < 40; minute++) {
            clock.addAndGet(Duration.ofSeconds(60).toNanos());
            director.advance();
        }
        assertThat(director.connections()).as("seed %d", seed).isEmpty();
        for (ServiceSnapshot service : director.services()) {
            assertThat(service.servers()).hasSize(3).allSatisfy(server -> {
                assertThat(server.active())
                        .as("seed %d active %s", seed, server)
                        .isZero();
                assertThat(server.inactive())
                        .as("seed %d inactive %s", seed, server)
                        .isZero();
                assertThat(server.persistent())
                        .as("seed %d persistent %s", seed, server)
                        .isZero();
                assertThat(server.overloaded())
                        .as("seed %d overloaded %s", seed, server)
                        .isFalse();
            });
        }
    }
}
