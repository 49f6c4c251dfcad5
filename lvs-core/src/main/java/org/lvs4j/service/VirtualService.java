package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Protocol;

/**
 * The configuration of one virtual service, without its real servers. Immutable.
 *
 * <pre>{@code
 * VirtualService web = VirtualService.of(ServiceKey.tcp("10.0.0.1:80"), "wrr");
 * VirtualService sticky = VirtualService.builder(ServiceKey.tcp("10.0.0.1:443")).persistent(300).build();
 * }</pre>
 */
public final class VirtualService {
    /** The scheduler of a service that names none, as in {@code ipvsadm}: weighted least-connection. */
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

    /**
     * A service with the default scheduler and no further options.
     */
    public static VirtualService of(ServiceKey key) {
        return builder(key).build();
    }

    /**
     * A service without further options.
     *
     * @param scheduler the name of its scheduler, such as {@code wrr}; the director checks that there is one
     * @throws IllegalArgumentException if the name is blank
     */
    public static VirtualService of(ServiceKey key, String scheduler) {
        return builder(key).scheduler(scheduler).build();
    }

    /** A builder for the service of a key. */
    public static Builder builder(ServiceKey key) {
        return new Builder(requireNonNull(key, "key"));
    }

    /** The key by which the director finds the service. */
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

    /** Its persistence, or null if clients are not kept on their server. */
    public @Nullable Persistence persistence() {
        return persistence;
    }

    /** Whether each datagram is scheduled by itself ({@code ipvsadm -o}). UDP and firewall marks only. */
    public boolean onePacket() {
        return onePacket;
    }

    /** The time in which a server that comes into service reaches its full weight; zero for the director's default. */
    public Duration slowStart() {
        return slowStart;
    }

    /** A builder with the values of this service. */
    public Builder toBuilder() {
        return new Builder(key)
                .scheduler(scheduler)
                .flags(flags)
                .persistence(persistence)
                .onePacket(onePacket)
                .slowStart(slowStart);
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
     * Checks the duration of a slow start.
     *
     * @return the duration
     * @throws IllegalArgumentException if it is negative or longer than a day
     */
    public static Duration requireSlowStart(Duration duration) {
        if (requireNonNull(duration, "duration").isNegative() || duration.compareTo(LONGEST_SLOW_START) > 0) {
            throw new IllegalArgumentException("slow start of " + duration.toSeconds() + " s is outside 0.."
                    + LONGEST_SLOW_START.toSeconds() + " s");
        }
        return duration;
    }

    /** Builds a virtual service. Not thread-safe. */
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

        /** The name of the scheduler, not blank. {@value #DEFAULT_SCHEDULER} by default. */
        public Builder scheduler(String scheduler) {
            this.scheduler = requireNonNull(scheduler, "scheduler");
            return this;
        }

        /** Adds a flag for the scheduler. None by default. */
        public Builder flag(SchedulerFlag flag) {
            flags.add(requireNonNull(flag, "flag"));
            return this;
        }

        /** Replaces the flags for the scheduler. */
        public Builder flags(Collection<SchedulerFlag> flags) {
            EnumSet<SchedulerFlag> replacement = EnumSet.noneOf(SchedulerFlag.class);
            for (SchedulerFlag flag : requireNonNull(flags, "flags")) {
                replacement.add(requireNonNull(flag, "flags contains null"));
            }
            this.flags.clear();
            this.flags.addAll(replacement);
            return this;
        }

        /**
         * Keeps each client address on its server.
         *
         * @param timeoutSeconds for how many seconds after its last new connection, 1..{@value
         *     Persistence#MAX_TIMEOUT_SECONDS}
         */
        public Builder persistent(int timeoutSeconds) {
            return persistence(Persistence.of(key.family(), timeoutSeconds));
        }

        /** Keeps clients on their server; null, the default, does not. */
        public Builder persistence(@Nullable Persistence persistence) {
            this.persistence = persistence;
            return this;
        }

        /** Whether each datagram is scheduled by itself; UDP and firewall marks only. False by default. */
        public Builder onePacket(boolean onePacket) {
            this.onePacket = onePacket;
            return this;
        }

        /**
         * The time over which the weight of a server grows linearly from 1 to its configured value, in steps of a
         * second, after the server has been added or its weight raised from 0. At most a day; zero, the default, for
         * the director's default. Not part of IPVS.
         *
         * <p>Weights are whole numbers, so this has an effect only on weights well above 1, and only with a scheduler
         * that uses weights.
         */
        public Builder slowStart(Duration duration) {
            slowStart = requireNonNull(duration, "duration");
            return this;
        }

        /**
         * Checks all values at once and builds the service.
         *
         * @throws IllegalArgumentException naming every problem: a blank scheduler, a value out of range,
         *     one-packet scheduling of TCP or SCTP
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
