package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Passes if a program exits with 0. Immutable.
 *
 * @param script the program
 * @param schedule when it runs; the interval counts from start to start
 * @param timeout after which it is terminated, and has failed
 * @param dynamic whether exit statuses from 2 on pass as well, and set the weight: 2 for 0, 255 for 253
 */
public record MiscCheck(Script script, CheckSchedule schedule, Duration timeout, boolean dynamic) implements Check {
    /**
     * Checks all values.
     *
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public MiscCheck {
        requireNonNull(script, "script");
        requireNonNull(schedule, "schedule");
        requireNonNull(timeout, "timeout");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout " + timeout + " is not positive");
        }
    }

    /**
     * The result of a program that has exited by itself. One that was killed by a signal, or terminated after the
     * timeout, has {@linkplain ProbeResult#failed failed}.
     *
     * @param status its exit status, 0..255
     */
    public ProbeResult exited(int status) {
        return new ProbeResult(status == 0 || (dynamic && status >= 2), "exit status " + status, status);
    }

    @Override
    public String kind() {
        return "MISC_CHECK";
    }
}
