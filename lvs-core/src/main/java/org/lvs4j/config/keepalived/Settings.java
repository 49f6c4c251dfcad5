package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.ProbeTarget;

/** What a check has from itself, its server or its service: the first of the three that sets a value decides. */
class Settings {
    private static final KeyTable<Settings> TIMES = KeyTable.<Settings>of("times")
            .key(
                    "delay_loop",
                    1,
                    (statement, it, context) -> it.interval =
                            Values.time(time(statement), Values.LEAST_TIME, CheckSchedule.LONGEST, context))
            .key(
                    "delay_before_retry",
                    1,
                    (statement, it, context) -> it.retryInterval =
                            Values.time(time(statement), Duration.ZERO, CheckSchedule.LONGEST, context))
            .key(
                    "warmup",
                    1,
                    (statement, it, context) ->
                            it.warmup = Values.time(time(statement), Duration.ZERO, CheckSchedule.LONGEST, context))
            .build();

    /** The keys of services, servers and checks alike. */
    static KeyTable<Settings> times() {
        return TIMES;
    }

    /** The time of a step, of everything that connects. */
    static final KeyTable<Settings> CONNECT_TIMEOUT = KeyTable.<Settings>of("times")
            .key(
                    "connect_timeout",
                    1,
                    (statement, it, context) -> it.connectTimeout =
                            Values.time(time(statement), Values.LEAST_TIME, ProbeTarget.LONGEST_TIMEOUT, context))
            .build();

    @Nullable
    Duration connectTimeout;

    @Nullable
    Duration interval;

    @Nullable
    Duration retryInterval;

    @Nullable
    Duration warmup;

    @Nullable
    Integer retries;

    @Nullable
    Boolean alpha;

    @Nullable
    String virtualHost;

    @Nullable
    Integer rise;

    @Nullable
    Integer fall;

    /** Whether a statement of the block could not be read, so that nothing is missing for sure. */
    boolean unreadable;

    /** Whether a block in it is unknown or has no readable beginning, so that no block is missing for sure. */
    boolean lostBlock;

    private static Word time(Statement statement) throws KeepalivedException {
        return statement.value("a time in seconds");
    }

    /** Reads how many repetitions must fail. */
    static KeyTable.Reader<Settings> retries(int least) {
        return (statement, it, context) ->
                it.retries = (int) Values.number(statement.value("a number"), least, Integer.MAX_VALUE, context);
    }

    /** The first value that is set in a chain, or a default. */
    static <V> V first(Function<Settings, @Nullable V> value, V otherwise, Settings... chain) {
        V found = firstOrNull(value, chain);
        return found == null ? otherwise : found;
    }

    static <V> @Nullable V firstOrNull(Function<Settings, @Nullable V> value, Settings... chain) {
        for (Settings each : chain) {
            V found = value.apply(each);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
