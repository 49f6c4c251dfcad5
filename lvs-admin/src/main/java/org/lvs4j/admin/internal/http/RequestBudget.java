package org.lvs4j.admin.internal.http;

import java.util.concurrent.TimeUnit;

/**
 * Spreads requests over time: each takes a place in a sequence that advances at a fixed rate. What was not used in the last
 * ten seconds may be used at once: a page that is opened, or a change of many servers, does not wait. Requests that have to wait go on together, ten times a second: one answer after
 * another costs a fraction of as many answers apart, for each of which threads wake up to caches that others have filled.
 * Belongs to one thread.
 */
final class RequestBudget {
    private static final long SAVED_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long startNanos;
    private final long intervalNanos;
    private long nextNanos;

    RequestBudget(int perSecond, long nowNanos) {
        startNanos = nowNanos;
        intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        nextNanos = nowNanos - SAVED_NANOS;
    }

    /** Takes the next place; returns how long the request has to wait for it, in nanoseconds. */
    long take(long nowNanos) {
        // Differences: a time in nanoseconds may overflow.
        long savedNanos = Math.min(SAVED_NANOS, nowNanos - nextNanos);
        nextNanos = nowNanos - savedNanos + intervalNanos;
        long waitNanos = nextNanos - nowNanos;
        return waitNanos <= 0 ? 0 : waitNanos + Math.floorMod(startNanos - nextNanos, TICK_NANOS);
    }
}
