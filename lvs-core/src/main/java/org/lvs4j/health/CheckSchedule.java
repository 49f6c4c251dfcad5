package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a check runs and how many failures it takes. Immutable.
 *
 * <pre>{@code
 * CheckSchedule every2Seconds = CheckSchedule.builder().interval(Duration.ofSeconds(2)).retries(3).build();
 * }</pre>
 *
 * @param interval the pause between two probes, at least a microsecond ({@code delay_loop})
 * @param retryInterval the pause before a failed probe is repeated ({@code delay_before_retry})
 * @param retries how many repetitions must fail as well before the check is down ({@code retry})
 * @param warmup the first probe starts one second, plus a random part of this, after the start ({@code warmup})
 * @param alpha whether the check is down until its first probe has passed
 * @param logFailures whether each failed probe is logged, not only the last one ({@code log_all_failures})
 * @param rise ours: how many rounds in a row must pass before a check that is down is up; 1 as in keepalived
 * @param fall ours: how many rounds in a row must fail before a check that is up is down; 1 as in keepalived. A round is
 *     a probe with its repetitions. When a monitor starts, the first round decides alone
 */
public record CheckSchedule(
        Duration interval,
        Duration retryInterval,
        int retries,
        Duration warmup,
        boolean alpha,
        boolean logFailures,
        int rise,
        int fall) {
    /** The pause between two probes if none is given: one minute. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(1);

    /** The longest pause: ten years. */
    public static final Duration LONGEST = Duration.ofDays(3650);

    /** The highest count of retries, rises and falls. */
    public static final int MAX_COUNT = Integer.MAX_VALUE;

    private static final Duration SHORTEST = Duration.ofNanos(1_000);

    /**
     * Checks all values at once.
     *
     * @throws IllegalArgumentException naming every value that is out of range
     */
    public CheckSchedule {
        List<String> problems = new ArrayList<>();
        checkPause(problems, "interval", requireNonNull(interval, "interval"), SHORTEST);
        checkPause(problems, "retryInterval", requireNonNull(retryInterval, "retryInterval"), Duration.ZERO);
        checkPause(problems, "warmup", requireNonNull(warmup, "warmup"), Duration.ZERO);
        if (retries < 0) {
            problems.add("retries " + retries + " is negative");
        }
        if (rise < 1 || fall < 1) {
            problems.add("rise and fall must be at least 1");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("check: " + String.join("; ", problems));
        }
    }

    private static void checkPause(List<String> problems, String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
            problems.add(name + " " + value.toMillis() / 1e3 + " s is outside " + least.toNanos() / 1e9 + ".."
                    + LONGEST.toSeconds() + " s");
        }
    }

    /** A builder: every minute, one retry after a second, first probe within a minute. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a schedule. Not thread-safe. */
    public static final class Builder {
        private Duration interval = DEFAULT_INTERVAL;
        private Duration retryInterval = Duration.ofSeconds(1);
        private int retries = 1;
        private @Nullable Duration warmup;
        private boolean alpha;
        private boolean logFailures;
        private int rise = 1;
        private int fall = 1;

        private Builder() {}

        /** The pause between two probes, at least a microsecond. One minute by default. */
        public Builder interval(Duration pause) {
            interval = requireNonNull(pause, "pause");
            return this;
        }

        /** The pause before a failed probe is repeated. One second by default. */
        public Builder retryInterval(Duration pause) {
            retryInterval = requireNonNull(pause, "pause");
            return this;
        }

        /** How many repetitions must fail as well before the check is down. 1 by default. */
        public Builder retries(int count) {
            retries = count;
            return this;
        }

        /** The first probe starts one second, plus a random part of this, after the start. The interval by default. */
        public Builder warmup(Duration longest) {
            warmup = requireNonNull(longest, "longest");
            return this;
        }

        /** Whether the check is down until its first probe has passed. False by default. */
        public Builder alpha(boolean value) {
            alpha = value;
            return this;
        }

        /** Whether each failed probe is logged, not only the last one. False by default. */
        public Builder logFailures(boolean value) {
            logFailures = value;
            return this;
        }

        /** Ours: how many rounds in a row must pass before a check that is down is up. 1 by default. */
        public Builder rise(int rounds) {
            rise = rounds;
            return this;
        }

        /** Ours: how many rounds in a row must fail before a check that is up is down. 1 by default. */
        public Builder fall(int rounds) {
            fall = rounds;
            return this;
        }

        /**
         * Checks all values at once and builds the schedule.
         *
         * @throws IllegalArgumentException naming every value that is out of range
         */
        public CheckSchedule build() {
            return new CheckSchedule(
                    interval,
                    retryInterval,
                    retries,
                    warmup == null ? interval : warmup,
                    alpha,
                    logFailures,
                    rise,
                    fall);
        }
    }
}
