package org.lvs4j.connection;

import java.util.concurrent.TimeUnit;

/**
 * How long a connection may be idle in each state. Thread-safe; a change applies from each connection's next packet
 * on. Only the three that {@code --set} knows can be changed.
 */
public final class Timeouts {
    private static final int[] DEFAULTS = defaults();

    // Replaced as a whole: volatile publishes the new array.
    private volatile long[] nanos = toNanos(DEFAULTS);

    /** The defaults of IPVS. */
    public Timeouts() {}

    long nanos(ConnectionState state) {
        return nanos(state.ordinal());
    }

    long nanos(int ordinal) {
        return nanos[ordinal];
    }

    /** The timeout of a state in seconds. */
    public int seconds(ConnectionState state) {
        return (int) TimeUnit.NANOSECONDS.toSeconds(nanos(state));
    }

    /** Sets three timeouts in seconds; zero leaves one as it is. */
    public synchronized void set(int established, int finWait, int udp) {
        long[] changed = nanos.clone();
        change(changed, ConnectionState.ESTABLISHED, established);
        change(changed, ConnectionState.FIN_WAIT, finWait);
        change(changed, ConnectionState.UDP, udp);
        nanos = changed;
    }

    private static void change(long[] nanos, ConnectionState state, int seconds) {
        if (seconds != 0) {
            nanos[state.ordinal()] = TimeUnit.SECONDS.toNanos(seconds);
        }
    }

    private static long[] toNanos(int[] seconds) {
        long[] nanos = new long[seconds.length];
        for (int i = 0; i < seconds.length; i++) {
            nanos[i] = TimeUnit.SECONDS.toNanos(seconds[i]);
        }
        return nanos;
    }

    private static int[] defaults() {
        ConnectionState[] states = ConnectionState.values();
        int[] seconds = new int[states.length];
        for (ConnectionState state : states) {
            seconds[state.ordinal()] = state.defaultTimeoutSeconds();
        }
        return seconds;
    }
}
