package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;

@Tag("slow")
final class EventLoopStateTest {
    private final AtomicBoolean noMemory = new AtomicBoolean();
    private final AtomicInteger scheduled = new AtomicInteger();
    private final DefaultEventLoop loop = new DefaultEventLoop() {
        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            if (noMemory.compareAndSet(true, false)) {
                throw new OutOfMemoryError("of a test");
            }
            scheduled.incrementAndGet();
            return super.schedule(task, delay, unit);
        }
    };

    @AfterEach
    void end() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void sweep_noMemoryToScheduleTheNext_sweepsGoOn() {
        Director director = Director.create();
        director.setTimeouts(new TimeoutSettings(900, 1, 1));
        RelayState state = ListeningGroupTest.state(director, Transport.NIO);
        new EventLoopState(loop, state).start();
        Loopback.await("sweeps", () -> scheduled.get() >= 3);
        noMemory.set(true);
        Loopback.await("a lack of memory", () -> !noMemory.get());
        int before = scheduled.get();

        Loopback.await("further sweeps", () -> scheduled.get() >= before + 3);
        assertThat(loop.isShuttingDown()).isFalse();
    }
}
