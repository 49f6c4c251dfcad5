package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Calls of several threads whose work fails in every way, while servers and the service come and go. */
@Tag("slow")
final class CallStressTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");
    private static final int CALLS = 20_000;

    private final Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();

    /** Of an error that the work throws. */
    private static final class Thrown extends Error {
        private static final long serialVersionUID = 1;

        Thrown() {
            super(null, null, false, false);
        }
    }

    private static RealServer server(int i) {
        return RealServer.of("10.0.0." + (i + 1) + ":80").withWeight(i + 1);
    }

    @ParameterizedTest
    @CsvSource({"wlc, false, false", "mh, false, true", "rr, true, true", "lblc, true, false", "peak-ewma, false, false"
    })
    void call_workFailsAndServersChange_nothingCountedAtTheEnd(String scheduler, boolean persistent, boolean linger)
            throws Exception {
        Director director = Director.builder()
                .linger(linger)
                .leakDetection(1, leak -> unexpected.add(leak.opened()))
                .build();
        VirtualService.Builder builder = VirtualService.builder(ORDERS).scheduler(scheduler);
        if (persistent) {
            builder.persistence(Persistence.of(ORDERS.family(), 300));
        }
        VirtualService service = builder.build();
        director.addService(service, server(0), server(1), server(2), server(3));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Random random = new Random(i);
            callers.add(threads.submit(() -> {
                for (int call = 0; call < CALLS; call++) {
                    call(director, random, 2);
                }
            }));
        }
        Future<?> changes = threads.submit(() -> {
            Random random = new Random(9);
            while (!Thread.currentThread().isInterrupted()) {
                RealServer changed = server(random.nextInt(4));
                if (random.nextInt(20) == 0) {
                    director.removeService(ORDERS);
                    director.addService(service, server(0), server(1), server(2), server(3));
                } else {
                    director.removeServer(ORDERS, changed.endpoint());
                    director.addServer(ORDERS, changed);
                }
                director.advance();
                Thread.yield();
            }
        });
        for (Future<?> each : callers) {
            each.get(120, TimeUnit.SECONDS);
        }
        changes.cancel(true);
        threads.shutdown();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        System.gc();
        director.advance();
        assertThat(unexpected).isEmpty();
        assertThat(director.service(ORDERS).servers()).hasSize(4).allSatisfy(server -> {
            assertThat(server.active()).isZero();
            if (!linger) {
                assertThat(server.inactive()).isZero();
            }
        });
        if (!linger) {
            assertThat(director.limitUsage().connections()).isZero();
        }
    }

    private void call(Director director, Random random, int depth) {
        try {
            Affinity affinity = Affinity.of(random.nextInt(50));
            Call<Integer, Exception> work = connection -> {
                switch (random.nextInt(8)) {
                    case 0 -> throw new IOException("of the server");
                    case 1 -> throw new IllegalArgumentException("of the work");
                    case 2 -> throw new Thrown();
                    case 3 -> throw new InterruptedException("of the thread");
                    case 4 -> {
                        if (depth > 0) {
                            call(director, random, depth - 1);
                        }
                    }
                    case 5 -> connection.close();
                    case 6 -> {
                        connection.failed(null);
                        throw new IllegalStateException("reported by the work");
                    }
                    default -> {
                        // It answers.
                    }
                }
                return 1;
            };
            if (random.nextBoolean()) {
                director.call(ORDERS, affinity, 3, work);
            } else {
                director.call(ORDERS, 3, work);
            }
        } catch (IOException
                | IllegalArgumentException
                | InterruptedException
                | DirectorException
                | UnavailableException
                | Thrown e) {
            // As it may be; the service may be missing for a moment.
        } catch (Throwable e) {
            if (!"reported by the work".equals(e.getMessage())) {
                unexpected.add(e);
            }
        }
    }
}
