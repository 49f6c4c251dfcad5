package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Saving and restoring while connections come and servers go: every template is counted once, and none leaks. */
@Tag("slow")
@Timeout(120)
class DirectorStateStressTest {
    private static final String VIP = "10.0.0.1:80";
    private static final ServiceKey WEB = ServiceKey.tcp(VIP);
    private static final int RACES = 5;
    private static final int ROUNDS = 20;
    private static final int CEILING = 300;

    /** How far one thread that adds templates, and one that restores them, may exceed the ceiling. */
    private static final int EXCESS = 16 + 2;

    private static DirectorFixture fixture() {
        DirectorFixture fixture = new DirectorFixture(builder -> builder.maxTemplates(CEILING));
        fixture.addService(
                VirtualService.builder(WEB).scheduler("wlc").persistent(100).build(),
                "192.168.1.1:80",
                "192.168.1.2:80",
                "192.168.1.3:80");
        return fixture;
    }

    private static void connect(Director director, long seed, AtomicBoolean over) {
        SplittableRandom random = new SplittableRandom(seed);
        while (!over.get()) {
            int client = random.nextInt(2 * CEILING);
            try (Connection connection =
                    director.open(DirectorFixture.tcp("10.9." + client / 250 + "." + client % 250 + ":4000", VIP))) {
                if (random.nextBoolean()) {
                    connection.established();
                }
            }
        }
    }

    private static void change(Director director, AtomicBoolean over) {
        Endpoint server = Endpoint.parse("192.168.1.3:80");
        while (!over.get()) {
            director.removeServer(WEB, server);
            director.addServer(WEB, RealServer.of(server.toString()));
        }
    }

    @Test
    void restore_whileConnectionsComeAndServersGo_everyTemplateCountedOnce() throws Exception {
        DirectorFixture first = fixture();
        DirectorFixture second = fixture();
        long restored = 0;
        for (int race = 0; race < RACES; race++) {
            restored += race(first, second);
            for (DirectorFixture each : List.of(first, second)) {
                assertThat(each.templates()).hasSizeLessThanOrEqualTo(CEILING + EXCESS);
            }
            second.jump(101);
        }

        assertThat(restored).isPositive();
        for (DirectorFixture each : List.of(first, second)) {
            each.advance(400);
            assertThat(each.templates()).isEmpty();
            assertThat(each.director.service(WEB).servers())
                    .hasSize(3)
                    .allSatisfy(server -> assertThat(server.persistent()).isZero());
        }
    }

    /** Returns how many templates the second director has restored. */
    private static long race(DirectorFixture first, DirectorFixture second) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (DirectorFixture each : List.of(first, second)) {
            running.add(threads.submit(() -> connect(each.director, System.identityHashCode(each), over)));
            running.add(threads.submit(() -> change(each.director, over)));
        }
        long restored = 0;
        for (int round = 0; round < ROUNDS; round++) {
            restored += second.director
                    .restore(first.director.saveState(round), round)
                    .templates();
            first.director.restore(second.director.saveState(round), round);
        }
        over.set(true);
        for (Future<?> each : running) {
            each.get();
        }
        threads.shutdown();
        return restored;
    }
}
