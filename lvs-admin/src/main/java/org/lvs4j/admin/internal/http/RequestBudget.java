package org.lvs4j.admin.internal.http;

import java.util.concurrent.TimeUnit;

/**
 * Spreads requests over time: each takes a place in a sequence that advances at a fixed rate, and a burst of a tenth of a
 * second is free. Belongs to one thread.
 */
final class RequestBudget {
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long intervalNanos;
    private long nextNanos;

    RequestBudget(int perSecond, long nowNanos) {
        intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        nextNanos = nowNanos - BURST_NANOS;
    }

    /** Takes the next place; returns how long the request has to wait for it, in nanoseconds. */
    long take(long nowNanos) {
        nextNanos = Math.max(nextNanos, nowNanos - BURST_NANOS) + intervalNanos;
        return Math.max(0, nextNanos - nowNanos);
    }
}
