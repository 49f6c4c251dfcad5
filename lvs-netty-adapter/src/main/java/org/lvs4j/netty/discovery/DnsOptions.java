package org.lvs4j.netty.discovery;

import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;

/**
 * The options of a {@link DnsSource}.
 *
 * @param name without the last dot
 * @param port of all servers; 0 for a name of SRV records
 * @param nameServers empty for those of the system
 * @param family the only family that is asked for; null for both
 * @param group the event loops of the application; null for one of its own
 */
record DnsOptions(
        String name,
        int port,
        List<Endpoint> nameServers,
        @Nullable AddressFamily family,
        Duration minInterval,
        Duration maxInterval,
        Duration timeout,
        @Nullable EventLoopGroup group) {
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST_INTERVAL = Duration.ofDays(1);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);
    private static final int MAX_NAME_SERVERS = 16;
    /** For an answer without records that does not tell for how long it counts. */
    private static final long NO_TTL_SECONDS = 5;

    static DnsOptions of(String name, int port) {
        String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return new DnsOptions(
                plain,
                port,
                List.of(),
                null,
                Duration.ofSeconds(1),
                Duration.ofMinutes(5),
                Duration.ofSeconds(2),
                null);
    }

    /** These options; throws an exception that names each one out of range. */
    DnsOptions checked() {
        List<String> problems = new ArrayList<>();
        range(problems, "minInterval", minInterval, LONGEST_INTERVAL);
        range(problems, "maxInterval", maxInterval, LONGEST_INTERVAL);
        range(problems, "timeout", timeout, LONGEST_TIMEOUT);
        if (minInterval.compareTo(maxInterval) > 0) {
            problems.add("minInterval " + minInterval + " is longer than maxInterval " + maxInterval);
        }
        if (nameServers.size() > MAX_NAME_SERVERS) {
            problems.add("at most " + MAX_NAME_SERVERS + " name servers, not " + nameServers.size());
        }
        for (Endpoint server : nameServers) {
            if (server.port() == 0) {
                problems.add("name server " + server.address() + " has no port; expected 1..65535, usually 53");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(name + ": " + String.join("; ", problems));
        }
        return this;
    }

    /**
     * The time from an answer to the next look-up.
     *
     * @param ttlSeconds for which the answer counts; -1 if it does not tell
     */
    long intervalMillis(long ttlSeconds) {
        long ttl = TimeUnit.SECONDS.toMillis(ttlSeconds < 0 ? NO_TTL_SECONDS : ttlSeconds);
        return Math.min(maxInterval.toMillis(), Math.max(minInterval.toMillis(), ttl));
    }

    private static void range(List<String> problems, String option, Duration value, Duration longest) {
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(longest) > 0) {
            problems.add(option + " must be " + SHORTEST + ".." + longest + ", not " + value);
        }
    }
}
