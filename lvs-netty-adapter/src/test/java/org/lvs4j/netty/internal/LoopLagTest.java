package org.lvs4j.netty.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
final class LoopLagTest {
    private static final long BLOCKED_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final LoopLag lag = new LoopLag(loops, LoggerFactory.getLogger(LoopLagTest.class));
    private final AtomicLong measured = new AtomicLong();
    private final AtomicLong longest = new AtomicLong();
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void endLoops() {
        goOn.countDown();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private void measure() {
        lag.times().add(nanos -> {
            measured.incrementAndGet();
            longest.accumulateAndGet(nanos, Math::max);
        });
        lag.acquire();
    }

    private void block() throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        loops.next().execute(() -> {
            blocked.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        blocked.await();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void seconds_loopBlocked_growsUntilItRunsAgain() throws Exception {
        measure();
        await(() -> measured.get() >= 2);
        block();
        await(() -> lag.seconds() >= BLOCKED_NANOS / 1e9);
        double before = lag.seconds();
        await(() -> lag.seconds() > before);

        goOn.countDown();
        await(() -> longest.get() >= BLOCKED_NANOS);
        await(() -> lag.seconds() < BLOCKED_NANOS / 1e9);
    }

    @Test
    void times_oneLoopBlocked_theOtherIsMeasured() throws Exception {
        block();
        measure();
        await(() -> measured.get() >= 3);
        assertThat(lag.seconds()).isPositive();
    }

    @Test
    void release_lastUser_nothingIsMeasuredAndNothingIsDue() throws Exception {
        measure();
        lag.acquire();
        lag.release();
        await(() -> measured.get() >= 2);
        block();
        await(() -> lag.seconds() >= BLOCKED_NANOS / 1e9);

        lag.release();

        assertThat(lag.seconds()).isZero();
        goOn.countDown();
        for (var loop : loops) {
            loop.submit(() -> {}).sync();
        }
        long then = measured.get();
        loops.next().schedule(() -> {}, 600, TimeUnit.MILLISECONDS).sync();
        assertThat(measured.get()).isEqualTo(then);
        lag.acquire();
        await(() -> measured.get() > then);
    }

    @Test
    void acquire_loopsEnded_nothingIsDue() throws Exception {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        measure();
        assertThat(lag.seconds()).isZero();
        lag.release();
    }

    @Test
    void seconds_loopsEndWhileMeasured_nothingIsDue() throws Exception {
        measure();
        await(() -> measured.get() >= 1);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        long ended = System.nanoTime();
        await(() -> System.nanoTime() - ended > BLOCKED_NANOS);
        assertThat(lag.seconds()).isZero();
    }
}
