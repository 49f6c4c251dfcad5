package org.lvs4j.connection;

import java.util.concurrent.TimeUnit;

/**
 * How long a connection may be idle in each state. Thread-safe; a change applies from each connection's next packet
 * on. Only the three that {@code --set} knows can be changed.
 */
public final class Timeouts {
    private static final int[] DEFAULTS = defaults();
    private static final long TICKS_PER_SECOND = TimeUnit.SECONDS.toNanos(1) / TimerWheel.TICK_NANOS;

    // Half of what differences of ticks can say: 124 days.
    private static final int MOST_TICKS = 1 << 30;

    // Replaced as a whole: volatile publishes the new array. In seconds.
    private volatile int[] timeouts = DEFAULTS;
    private volatile int[] ticks = toTicks(DEFAULTS);

    /** The defaults of IPVS. */
    public Timeouts() {}

    long nanos(ConnectionState state) {
        return TimeUnit.SECONDS.toNanos(seconds(state));
    }

    /** The timeout of the state of an ordinal in ticks of {@link TimerWheel#TICK_NANOS}; no more than 124 days. */
    int ticks(int ordinal) {
        return ticks[ordinal];
    }

    /** The timeout of a state in seconds. */
    public int seconds(ConnectionState state) {
        return timeouts[state.ordinal()];
    }

    /** Sets three timeouts in seconds; zero leaves one as it is. */
    public synchronized void set(int established, int finWait, int udp) {
        int[] changed = timeouts.clone();
        change(changed, ConnectionState.ESTABLISHED, established);
        change(changed, ConnectionState.FIN_WAIT, finWait);
        change(changed, ConnectionState.UDP, udp);
        timeouts = changed;
        ticks = toTicks(changed);
    }

    private static void change(int[] timeouts, ConnectionState state, int seconds) {
        if (seconds != 0) {
            timeouts[state.ordinal()] = seconds;
        }
    }

    private static int[] toTicks(int[] seconds) {
        int[] ticks = new int[seconds.length];
        for (int i = 0; i < seconds.length; i++) {
            ticks[i] = (int) Math.min(seconds[i] * TICKS_PER_SECOND, MOST_TICKS);
        }
        return ticks;
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
