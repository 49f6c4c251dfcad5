package org.lvs4j.netty.internal;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Work that an executor does again and again. A failure, even a lack of memory, does not reach the executor, which
 * would never run the work again. The first one of a series of failures is logged. Runs on one thread at a time.
 */
public final class Recurring implements Runnable {
    private final Runnable work;
    private final Logger logger;
    private final String failure;
    private boolean failing;

    private Recurring(Runnable work, Logger logger, String failure) {
        this.work = requireNonNull(work, "work");
        this.logger = requireNonNull(logger, "logger");
        this.failure = requireNonNull(failure, "failure");
    }

    /**
     * Work that never fails.
     *
     * @param failure what is logged if it does
     */
    public static Recurring of(Runnable work, Logger logger, String failure) {
        return new Recurring(work, logger, failure);
    }

    /** Does the work. */
    @Override
    public void run() {
        try {
            work.run();
            failing = false;
        } catch (RuntimeException e) {
            report(e);
        } catch (OutOfMemoryError | StackOverflowError e) {
            report(null);
        }
    }

    private void report(@Nullable RuntimeException unexpected) {
        if (failing) {
            return;
        }
        failing = true;
        try {
            if (unexpected == null) {
                logger.warn("{}: not enough memory; it is tried again", failure);
            } else {
                logger.error(failure, unexpected);
            }
        } catch (OutOfMemoryError e) {
            // There is no memory for a line either: the next failure is logged.
            failing = false;
        }
    }
}
