package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/**
 * One virtual service as it is configured, without its servers. Immutable.
 *
 * <pre>{@code
 * VirtualService web = VirtualService.builder(ServiceKey.tcp("10.0.0.1:80")).scheduler("wrr").build();
 * }</pre>
 */
public final class VirtualService {
    /** The scheduler of a service that names none. */
    public static final String DEFAULT_SCHEDULER = "wlc";

    private static final Duration LONGEST_SLOW_START = Duration.ofDays(1);

    private final ServiceKey key;
    private final String scheduler;
    private final Set<SchedulerFlag> flags;
    private final @Nullable Persistence persistence;
    private final boolean onePacket;
    private final Duration slowStart;

    private VirtualService(Builder builder) {
        key = builder.key;
        scheduler = builder.scheduler;
        EnumSet<SchedulerFlag> copy = EnumSet.noneOf(SchedulerFlag.class);
        copy.addAll(builder.flags);
        flags = Collections.unmodifiableSet(copy);
        persistence = builder.persistence;
        onePacket = builder.onePacket;
        slowStart = builder.slowStart;
    }

    /** A builder for the service of a key. */
    public static Builder builder(ServiceKey key) {
        return new Builder(requireNonNull(key, "key"));
    }

    /** What the service is found by. */
    public ServiceKey key() {
        return key;
    }

    /** The name of its scheduler, such as {@code wlc}. */
    public String scheduler() {
        return scheduler;
    }

    /** The flags passed to the scheduler; unmodifiable. */
    public Set<SchedulerFlag> flags() {
        return flags;
    }

    /** How clients are kept on their server, or null if they are not. */
    public @Nullable Persistence persistence() {
        return persistence;
    }

    /** Whether each datagram is scheduled by itself (UDP only). */
    public boolean onePacket() {
        return onePacket;
    }

    /** How long a server that comes into service takes to its full weight; zero for no time. */
    public Duration slowStart() {
        return slowStart;
    }

    /** A builder that starts from this service. */
    public Builder toBuilder() {
        Builder builder = new Builder(key)
                .scheduler(scheduler)
                .persistence(persistence)
                .onePacket(onePacket)
                .slowStart(slowStart);
        builder.flags.addAll(flags);
        return builder;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VirtualService that
                && key.equals(that.key)
                && scheduler.equals(that.scheduler)
                && flags.equals(that.flags)
                && Objects.equals(persistence, that.persistence)
                && onePacket == that.onePacket
                && slowStart.equals(that.slowStart);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    /** The key and the scheduler, for messages. */
    @Override
    public String toString() {
        return key + " " + scheduler;
    }

    /**
     * Checks the time of a slow start and returns it.
     *
     * @throws IllegalArgumentException if it is negative or longer than a day
     */
    public static Duration requireSlowStart(Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST_SLOW_START) > 0) {
            throw new IllegalArgumentException(
                    "slow start of " + value.toSeconds() + " s is outside 0.." + LONGEST_SLOW_START.toSeconds() + " s");
        }
        return value;
    }

    /** Collects the parts of a service; not thread-safe. */
    public static final class Builder {
        private final ServiceKey key;
        private final Set<SchedulerFlag> flags = EnumSet.noneOf(SchedulerFlag.class);
        private String scheduler = DEFAULT_SCHEDULER;
        private @Nullable Persistence persistence;
        private boolean onePacket;
        private Duration slowStart = Duration.ZERO;

        private Builder(ServiceKey key) {
            this.key = key;
        }

        /** The name of the scheduler; {@value #DEFAULT_SCHEDULER} if never called. */
        public Builder scheduler(String name) {
            scheduler = requireNonNull(name, "name");
            return this;
        }

        /** Adds a flag for the scheduler. */
        public Builder flag(SchedulerFlag flag) {
            flags.add(requireNonNull(flag, "flag"));
            return this;
        }

        /** Keeps each client address on its server for so many seconds after its last connection. */
        public Builder persistent(int timeoutSeconds) {
            return persistence(Persistence.of(key.family(), timeoutSeconds));
        }

        /** Keeps clients on their server; null turns that off. */
        public Builder persistence(@Nullable Persistence value) {
            persistence = value;
            return this;
        }

        /** Schedules each datagram by itself. */
        public Builder onePacket(boolean value) {
            onePacket = value;
            return this;
        }

        /**
         * Lets the weight of a server grow from 1 to what is configured over this time, in steps of a second, when it is
         * added or its weight was zero. Ours, not of IPVS; zero, the default, leaves it to the director. Weights are whole numbers, so a server needs
         * a weight well above 1 for this to matter, and a scheduler that heeds weights.
         */
        public Builder slowStart(Duration value) {
            slowStart = requireNonNull(value, "value");
            return this;
        }

        /**
         * Checks everything at once.
         *
         * @throws IllegalArgumentException naming every problem found
         */
        public VirtualService build() {
            List<String> problems = new ArrayList<>();
            if (scheduler.isBlank()) {
                problems.add("the scheduler has no name");
            }
            try {
                requireSlowStart(slowStart);
            } catch (IllegalArgumentException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
            if (persistence != null) {
                problems.addAll(persistence.problems(key.family()));
            }
            if (key instanceof ServiceKey.Address address) {
                Endpoint endpoint = address.endpoint();
                if (endpoint.port() == 0 && persistence == null) {
                    problems.add("port 0 (every port) needs persistence");
                }
                if (onePacket && address.protocol() != Protocol.UDP) {
                    problems.add("one-packet scheduling is for UDP services only");
                }
            }
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException("virtual service " + key + ": " + String.join("; ", problems));
            }
            return new VirtualService(this);
        }
    }
}
