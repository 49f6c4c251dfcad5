package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

@Tag("slow")
final class LeakDetectionTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");

    private final List<ConnectionLeak> leaks = new ArrayList<>();
    private final Director director = director(Director.builder().linger(false).leakDetection(1, leaks::add));

    private static Director director(Director.Builder builder) {
        Director director = builder.build();
        director.addService(
                VirtualService.of(ORDERS, "rr"), RealServer.of("10.0.0.1:80"), RealServer.of("10.0.0.2:80"));
        return director;
    }

    private int active() {
        return director.service(ORDERS).servers().stream()
                .mapToInt(ServerSnapshot::active)
                .sum();
    }

    /** Collects garbage until the condition holds, at most for some seconds. */
    private void collectUntil(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
            System.gc();
            Thread.sleep(10);
            director.advance();
        }
    }

    private void forget() {
        assertThat(director.open(ORDERS).accepted()).isTrue();
    }

    private void forgetAfterRetry() {
        assertThat(director.open(ORDERS).retry()).isTrue();
    }

    @Test
    void open_neverClosed_releasedAndReportedWithItsPlace() throws InterruptedException {
        forget();
        assertThat(active()).isEqualTo(1);
        collectUntil(() -> !leaks.isEmpty());
        assertThat(leaks).singleElement().satisfies(leak -> {
            assertThat(leak).hasToString("a connection of orders to 10.0.0.1:80 was never closed");
            assertThat(leak.opened().getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("forget"));
        });
        assertThat(active()).isZero();
    }

    @Test
    void retry_neverClosed_theLastServerIsReleased() throws InterruptedException {
        forgetAfterRetry();
        assertThat(active()).isEqualTo(1);
        collectUntil(() -> !leaks.isEmpty());
        assertThat(leaks)
                .singleElement()
                .satisfies(leak -> assertThat(leak.server()).hasToString("10.0.0.2:80"));
        assertThat(active()).isZero();
    }

    @Test
    void closedInEveryWay_notReported() throws InterruptedException {
        forget();
        for (int i = 0; i < 100; i++) {
            director.open(ORDERS).close();
            director.open(ORDERS).reset();
            director.open(ORDERS).expire();
            director.call(ORDERS, 1, connection -> null);
            Connection retried = director.open(ORDERS);
            retried.retry();
            retried.close();
        }
        // The forgotten one shows that the garbage was collected.
        collectUntil(() -> !leaks.isEmpty());
        assertThat(leaks).hasSize(1);
    }

    @Test
    void listener_throws_othersOpenAndAreReleased() throws InterruptedException {
        Director throwing = director(Director.builder().linger(false).leakDetection(1, leak -> {
            leaks.add(leak);
            throw new IllegalStateException("of the listener");
        }));
        Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
        Thread thread = Thread.currentThread();
        thread.setUncaughtExceptionHandler((where, cause) -> uncaught.add(cause));
        try {
            for (int i = 0; i < 10; i++) {
                assertThat(throwing.open(ORDERS).accepted()).isTrue();
            }
            for (int i = 0; i < 500 && leaks.size() < 10; i++) {
                System.gc();
                Thread.sleep(10);
                throwing.open(ORDERS).close();
            }
        } finally {
            thread.setUncaughtExceptionHandler(null);
        }
        assertThat(leaks).hasSize(10);
        assertThat(uncaught).hasSize(10);
        assertThat(throwing.service(ORDERS).servers())
                .allSatisfy(server -> assertThat(server.active()).isZero());
    }

    @Test
    void sampling_oneInEight_findsSome() throws InterruptedException {
        Director sampling = director(Director.builder().linger(false).leakDetection(8, leaks::add));
        for (int i = 0; i < 800; i++) {
            assertThat(sampling.open(ORDERS).accepted()).isTrue();
        }
        for (int i = 0; i < 500 && leaks.size() < 50; i++) {
            System.gc();
            Thread.sleep(10);
            sampling.advance();
        }
        assertThat(leaks).hasSizeBetween(50, 160);
    }

    @Test
    void off_byDefaultAndByZero_nothingIsFollowed() {
        Director off = director(Director.builder().leakDetection(0, leaks::add));
        assertThat(off.open(ORDERS).accepted()).isTrue();
        assertThatThrownBy(
                        () -> Director.builder().leakDetection(-1, leaks::add).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leakDetection must not be negative");
    }
}
