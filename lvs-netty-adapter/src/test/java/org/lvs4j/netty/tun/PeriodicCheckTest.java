package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PeriodicCheckTest {
    private final Semaphore runs = new Semaphore(0);

    private boolean release() {
        runs.release();
        return false;
    }

    @Test
    void start_shortInterval_runsAgainAndAgain() throws InterruptedException {
        try (PeriodicCheck check = new PeriodicCheck(this::release, Duration.ofMillis(1))) {
            check.start();
            runs.acquire(3);
        }
    }

    @Test
    void request_longInterval_runsWithoutWaitingForIt() throws InterruptedException {
        try (PeriodicCheck check = new PeriodicCheck(this::release, Duration.ofDays(1))) {
            check.start();
            check.request();
            runs.acquire();
            check.request();
            runs.acquire();
        }
    }

    @Test
    void request_whileCheckRuns_runsOnceMoreAfterIt() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger active = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (PeriodicCheck check = new PeriodicCheck(
                () -> {
                    most.accumulateAndGet(active.incrementAndGet(), Math::max);
                    runs.release();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    active.decrementAndGet();
                    return true;
                },
                Duration.ofDays(1))) {
            check.start();
            check.request();
            runs.acquire();
            check.request();
            go.countDown();
            runs.acquire();
            assertThat(most).hasValue(1);
        }
    }

    @Test
    void start_checkFindsNoMemory_runsAgain() throws InterruptedException {
        try (PeriodicCheck check = new PeriodicCheck(
                () -> {
                    runs.release();
                    throw new OutOfMemoryError("of a test");
                },
                Duration.ofMillis(1))) {
            check.start();
            runs.acquire(3);
        }
    }

    @Test
    void request_noInterval_neverRuns() {
        PeriodicCheck check = new PeriodicCheck(this::release, Duration.ZERO);
        check.start();
        check.request();
        check.close();
        assertThat(runs.availablePermits()).isZero();
    }

    @Test
    void request_closed_ignored() {
        PeriodicCheck check = new PeriodicCheck(this::release, Duration.ofDays(1));
        check.start();
        check.close();
        check.request();
    }
}
