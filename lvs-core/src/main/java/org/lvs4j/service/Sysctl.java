package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a director that IPVS has under {@code net.ipv4.vs}, with the same names, defaults and meanings (Linux
 * 6.1, {@code Documentation/networking/ipvs-sysctl.rst}). Settings that only make sense inside a kernel are absent.
 *
 * <p>The modes of {@link #DROP_ENTRY}, {@link #DROP_PACKET} and {@link #SECURE_TCP} are: 0 off; 1 on while memory is
 * low, and currently off; 2 the same, and currently on; 3 always on. The director switches between 1 and 2 by itself.
 */
public enum Sysctl {
    /**
     * The divisor of {@link #DROP_PACKET} in mode 3: one packet in this many is dropped. 1..2147483647, 10 by default.
     */
    AM_DROPRATE(10, 1, Integer.MAX_VALUE),
    /**
     * The number of available pages of 4096 bytes below which memory counts as low. 0..2147483647, 1024 by default.
     */
    AMEMTHRESH(1024, 0, Integer.MAX_VALUE),
    /**
     * The effect of a new SYN on a known connection, 0..3. 0 keeps the old server. 1, the default, schedules again if
     * the old connection is in {@code TIME_WAIT} or {@code CLOSE}. 2 and 3 do so also in {@code FIN_WAIT} if no packet
     * of the server has been seen.
     */
    CONN_REUSE_MODE(1, 0, 3),
    /** Whether half-open and idle connections are dropped: a mode, 0..3. 0 by default. */
    DROP_ENTRY(0, 0, 3),
    /** Whether packets that would open connections are dropped: a mode, 0..3. 0 by default. */
    DROP_PACKET(0, 0, 3),
    /**
     * Whether a connection to a removed server expires with its next packet, and one to a quiesced server with its next
     * SYN. 0 or 1, 0 by default.
     */
    EXPIRE_NODEST_CONN(0, 0, 1),
    /** Whether persistence templates of quiesced servers are ignored. 0 or 1, 0 by default. */
    EXPIRE_QUIESCENT_TEMPLATE(0, 0, 1),
    /** Seconds after which {@code lblc} forgets an idle destination. 0..2147483647, 86400 by default. */
    LBLC_EXPIRATION(86_400, 0, Integer.MAX_VALUE),
    /**
     * Seconds after which {@code lblcr} forgets an idle destination, and after which the server set of a destination
     * loses a member. 0..2147483647, 86400 by default.
     */
    LBLCR_EXPIRATION(86_400, 0, Integer.MAX_VALUE),
    /**
     * Path MTU discovery: whether tunnels copy the "don't fragment" bit to the outer header, and report packets that
     * are too big to the client. 0 or 1, 1 by default.
     */
    PMTU_DISC(1, 0, 1),
    /** Whether rates are estimated. 0 or 1, 1 by default. */
    RUN_ESTIMATION(1, 0, 1),
    /** Whether the stricter TCP state table is used: a mode, 0..3. 0 by default. */
    SECURE_TCP(0, 0, 3),
    /** Whether any SCTP packet but ABORT may open a connection. 0 or 1, 0 by default. */
    SLOPPY_SCTP(0, 0, 1),
    /** Whether any TCP segment but RST may open a connection. 0 or 1, 0 by default. */
    SLOPPY_TCP(0, 0, 1);

    private final int defaultValue;
    private final int min;
    private final int max;

    Sysctl(int defaultValue, int min, int max) {
        this.defaultValue = defaultValue;
        this.min = min;
        this.max = max;
    }

    /** The setting of a {@link #key} such as {@code conn_reuse_mode}, or null if there is none. */
    public static @Nullable Sysctl find(String key) {
        requireNonNull(key, "key");
        for (Sysctl sysctl : values()) {
            if (sysctl.key().equals(key)) {
                return sysctl;
            }
        }
        return null;
    }

    /** The name in IPVS, such as {@code conn_reuse_mode}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The default value. */
    public int defaultValue() {
        return defaultValue;
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
     * Checks a value.
     *
     * @return the value
     * @throws IllegalArgumentException if it is outside {@link #min}..{@link #max}
     */
    public int requireInRange(int value) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key() + " = " + value + " is outside " + min + ".." + max);
        }
        return value;
    }
}
