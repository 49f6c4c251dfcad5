package org.lvs4j.netty;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;

/** Warnings about what an outsider can cause: at most one line a second, which says how many were left out. */
final class RateLimitedLog {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Logger logger;
    private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());
    private final LongAdder leftOut = new LongAdder();

    RateLimitedLog(Logger logger) {
        this.logger = logger;
    }

    void warn(String message, Object subject, Object reason) {
        long now = System.nanoTime();
        long next = nextNanos.get();
        if (now - next < 0 || !nextNanos.compareAndSet(next, now + INTERVAL_NANOS)) {
            leftOut.increment();
            return;
        }
        long others = leftOut.sumThenReset();
        // As text: the stack trace of what an outsider causes says nothing that its message does not.
        String why = String.valueOf(reason);
        if (others == 0) {
            logger.warn(message, subject, why);
        } else {
            logger.warn(message + " ({} more such lines left out)", subject, why, others);
        }
    }
}
