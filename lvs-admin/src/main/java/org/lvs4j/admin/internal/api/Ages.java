package org.lvs4j.admin.internal.api;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Turns times of the monitor's clock into times of the wall clock.
 *
 * @param now by the wall clock
 * @param nowNanos the same moment by {@link System#nanoTime()}
 */
record Ages(Instant now, long nowNanos) {
    Instant at(long nanos) {
        return now.minusNanos(nowNanos - nanos);
    }

    long secondsUntil(long nanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toSeconds(nanos - nowNanos));
    }
}
