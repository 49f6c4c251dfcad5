package org.lvs4j.netty.discovery;

/** Delays after failures: each is twice the one before, up to a ceiling. Not thread-safe. */
final class Backoff {
    static final long FIRST_MILLIS = 1_000;
    static final long CEILING_MILLIS = 30_000;

    private long next = FIRST_MILLIS;

    /** The delay after one more failure, in milliseconds. */
    long failed() {
        long delay = next;
        next = Math.min(CEILING_MILLIS, 2 * next);
        return delay;
    }

    /** The next failure is the first one again. */
    void succeeded() {
        next = FIRST_MILLIS;
    }
}
