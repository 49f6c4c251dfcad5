package org.lvs4j.netty.tun;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Logs warnings, of each kind at most one a minute; the next one says how many were left out. Not thread-safe.
 */
final class Warnings {
    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Logger logger;
    private final LongSupplier nanoTime;
    private final Map<String, State> kinds = new HashMap<>();

    private record State(long nextNanos, int leftOut) {}

    Warnings(Logger logger, LongSupplier nanoTime) {
        this.logger = logger;
        this.nanoTime = nanoTime;
    }

    /**
     * Logs a warning, unless one of the same kind was logged less than a minute ago.
     *
     * @param kind one of a fixed number of kinds
     * @return whether it was logged
     */
    boolean warn(String kind, String text) {
        long now = nanoTime.getAsLong();
        State state = kinds.get(kind);
        if (state != null && now - state.nextNanos() < 0) {
            kinds.put(kind, new State(state.nextNanos(), state.leftOut() + 1));
            return false;
        }
        String further = state == null || state.leftOut() == 0
                ? ""
                : state.leftOut() == 1
                        ? " (a similar line since the last one was left out)"
                        : " (" + state.leftOut() + " similar lines since the last one were left out)";
        logger.warn("{}{}", text, further);
        kinds.put(kind, new State(now + INTERVAL_NANOS, 0));
        return true;
    }
}
