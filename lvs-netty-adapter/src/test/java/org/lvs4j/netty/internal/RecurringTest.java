package org.lvs4j.netty.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(20)
class RecurringTest {
    private final Semaphore runs = new Semaphore(0);

    private void repeatedly(Runnable failing) throws InterruptedException {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        try {
            Runnable work = () -> {
                runs.release();
                failing.run();
            };
            executor.scheduleWithFixedDelay(
                    Recurring.of(work, LoggerFactory.getLogger(RecurringTest.class), "the test's work failed"),
                    0,
                    1,
                    TimeUnit.MILLISECONDS);
            runs.acquire(3);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void run_outOfMemory_runsAgain() throws InterruptedException {
        repeatedly(() -> {
            throw new OutOfMemoryError("of a test");
        });
        assertThat(runs.availablePermits()).isNotNegative();
    }

    @Test
    void run_unexpectedFailure_runsAgain() throws InterruptedException {
        repeatedly(() -> {
            throw new IllegalStateException("of a test");
        });
        assertThat(runs.availablePermits()).isNotNegative();
    }
}
