package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RelayFollowerTest {
    private final AtomicBoolean noMemory = new AtomicBoolean();
    private final AtomicInteger follows = new AtomicInteger();
    private final AtomicInteger checks = new AtomicInteger();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1) {
        // Called by execute, too.
        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            if (noMemory.get()) {
                throw new OutOfMemoryError("of a test");
            }
            return super.schedule(task, delay, unit);
        }
    };
    private final RelayFollower follower = new RelayFollower(
            follows::incrementAndGet, checks::incrementAndGet, thread, TimeUnit.MILLISECONDS.toNanos(1));

    @AfterEach
    void stop() {
        follower.stop();
    }

    @Test
    void check_noMemoryToScheduleTheNext_checksGoOn() {
        follower.start();
        noMemory.set(true);
        int before = checks.get();
        Loopback.await("further checks", () -> checks.get() >= before + 3);
    }

    @Test
    void wake_noMemoryOnce_laterChangeIsFollowed() {
        noMemory.set(true);
        follower.wake();
        noMemory.set(false);
        assertThat(follows).hasValue(0);

        follower.wake();

        Loopback.await("the change", () -> follows.get() == 1);
    }
}
