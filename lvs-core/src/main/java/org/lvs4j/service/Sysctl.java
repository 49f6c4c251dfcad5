package org.lvs4j.service;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a director that IPVS has under {@code net.ipv4.vs}, with the same names, defaults and meanings. Those of
 * the kernel that only make sense inside a kernel are absent.
 */
public enum Sysctl {
    /** In mode 3 of {@link #DROP_PACKET}, one packet in this many is dropped. */
    AM_DROPRATE(10, 1, Integer.MAX_VALUE),
    /** Memory counts as low when fewer pages of 4096 bytes than this are available. */
    AMEMTHRESH(1024, 0, Integer.MAX_VALUE),
    /**
     * What a new SYN on a known connection does: 0 keeps the old server always, 1 schedules anew if the old connection is
     * over, 2 also if only the client's end of a connection was ever seen and is over.
     */
    CONN_REUSE_MODE(1, 0, 3),
    /** Whether half-open and idle connections are dropped: 0 never, 1 and 2 when memory is low, 3 always. */
    DROP_ENTRY(0, 0, 3),
    /** Whether packets that would make connections are dropped: 0 never, 1 and 2 when memory is low, 3 always. */
    DROP_PACKET(0, 0, 3),
    /** Whether connections of removed servers end with their next packet, and quiesced ones with their next SYN. */
    EXPIRE_NODEST_CONN(0, 0, 1),
    /** Whether templates of servers of weight 0 no longer count. */
    EXPIRE_QUIESCENT_TEMPLATE(0, 0, 1),
    /** Seconds after which {@code lblc} forgets a destination that nobody asked for. */
    LBLC_EXPIRATION(86_400, 0, Integer.MAX_VALUE),
    /** Seconds after which {@code lblcr} forgets a destination, and after which a set of servers shrinks. */
    LBLCR_EXPIRATION(86_400, 0, Integer.MAX_VALUE),
    /** Whether tunnels pass on that packets must not be fragmented, and tell clients about packets that are too big. */
    PMTU_DISC(1, 0, 1),
    /** Whether rates are estimated. */
    RUN_ESTIMATION(1, 0, 1),
    /** Whether the stricter TCP state table rules: 0 never, 1 and 2 when memory is low, 3 always. */
    SECURE_TCP(0, 0, 3),
    /** Whether any SCTP packet but ABORT may start a connection. */
    SLOPPY_SCTP(0, 0, 1),
    /** Whether any TCP segment but RST may start a connection. */
    SLOPPY_TCP(0, 0, 1);

    private final int initial;
    private final int min;
    private final int max;

    Sysctl(int initial, int min, int max) {
        this.initial = initial;
        this.min = min;
        this.max = max;
    }

    /** The setting of a name such as {@code conn_reuse_mode}, or null. */
    public static @Nullable Sysctl find(String name) {
        for (Sysctl sysctl : values()) {
            if (sysctl.key().equals(name)) {
                return sysctl;
            }
        }
        return null;
    }

    /** The name that IPVS gives it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value unless configured otherwise. */
    public int defaultValue() {
        return initial;
    }

    /** The lowest value. */
    public int min() {
        return min;
    }

    /** The highest value. */
    public int max() {
        return max;
    }

    /**
     * Checks a value and returns it.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public int requireInRange(int value) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key() + " = " + value + " is outside " + min + ".." + max);
        }
        return value;
    }
}
