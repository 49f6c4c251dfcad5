package org.lvs4j.netty.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class EnduringIoUringTest {
    /** A ring without memory for its first three runs. */
    private static final class Ring implements IoHandler {
        final AtomicInteger runs = new AtomicInteger();
        final CountDownLatch recovered = new CountDownLatch(4);

        @Override
        public int run(IoHandlerContext context) {
            recovered.countDown();
            if (runs.incrementAndGet() <= 3) {
                throw new OutOfMemoryError("Cannot reserve 65536 bytes of direct buffer memory");
            }
            return 0;
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException("no channel is registered here");
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return true;
        }
    }

    @Test
    void run_noMemory_loopContinues() throws Exception {
        Ring ring = new Ring();
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, executor -> new EnduringIoUring(ring));
        try {
            assertThat(loops.submit(() -> 1).get(10, TimeUnit.SECONDS)).isOne();
            assertThat(ring.recovered.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(loops.submit(() -> 2).get(10, TimeUnit.SECONDS)).isEqualTo(2);
            assertThat(loops.isShuttingDown()).isFalse();
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }
}
