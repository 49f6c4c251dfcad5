package org.lvs4j.netty;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;

/** Warnings that an outsider can cause: at most one line a second, which says how many were suppressed. Thread-safe. */
final class RateLimitedLog {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Logger logger;
    private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());
    private final LongAdder suppressed = new LongAdder();

    RateLimitedLog(Logger logger) {
        this.logger = logger;
    }

    /** Logs a message about a subject, with a reason. */
    void warn(String message, Object subject, Object reason) {
        long now = System.nanoTime();
        long next = nextNanos.get();
        if (now - next < 0 || !nextNanos.compareAndSet(next, now + INTERVAL_NANOS)) {
            suppressed.increment();
            return;
        }
        long others = suppressed.sumThenReset();
        // As text: the stack trace of an exception that an outsider causes adds nothing to its message.
        String text = String.valueOf(reason);
        if (others == 0) {
            logger.warn(message, subject, text);
        } else {
            logger.warn(message + " ({} more such lines suppressed)", subject, text, others);
        }
    }
}
