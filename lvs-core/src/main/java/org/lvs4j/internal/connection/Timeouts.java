package org.lvs4j.internal.connection;

import java.util.concurrent.TimeUnit;
import org.lvs4j.internal.concurrent.TimerWheel;
import org.lvs4j.net.ConnectionState;

/**
 * The idle timeout of each connection state. Only the three timeouts of ipvsadm's {@code --set} can be changed; a
 * change applies to a connection from its next packet on.
 *
 * <p>Guarantees: thread-safe. Progress: reading is wait-free; {@link #set} blocks.
 */
public final class Timeouts {
    private static final int TICKS_PER_SECOND = (int) (TimeUnit.SECONDS.toNanos(1) / TimerWheel.TICK_NANOS);

    // By ordinal, in ticks of TimerWheel.TICK_NANOS. Volatile: the write in set pairs with the read in ticks and
    // publishes the new array, which never changes afterwards.
    private volatile int[] ticks = defaults();

    /** The defaults of IPVS. */
    public Timeouts() {}

    long nanos(ConnectionState state) {
        return ticks(state.ordinal()) * TimerWheel.TICK_NANOS;
    }

    /** The timeout of the state of an ordinal, in ticks of {@link TimerWheel#TICK_NANOS}. */
    int ticks(int ordinal) {
        return ticks[ordinal];
    }

    /** The timeout of a state in seconds. */
    public int seconds(ConnectionState state) {
        return ticks(state.ordinal()) / TICKS_PER_SECOND;
    }

    /**
     * Sets three timeouts in seconds; zero leaves one unchanged.
     *
     * @throws ArithmeticException if one exceeds 21 million
     */
    public synchronized void set(int established, int finWait, int udp) {
        int[] changed = ticks.clone();
        change(changed, ConnectionState.ESTABLISHED, established);
        change(changed, ConnectionState.FIN_WAIT, finWait);
        change(changed, ConnectionState.UDP, udp);
        ticks = changed;
    }

    private static void change(int[] ticks, ConnectionState state, int seconds) {
        if (seconds != 0) {
            ticks[state.ordinal()] = Math.multiplyExact(seconds, TICKS_PER_SECOND);
        }
    }

    private static int[] defaults() {
        ConnectionState[] states = ConnectionState.values();
        int[] ticks = new int[states.length];
        for (ConnectionState state : states) {
            change(ticks, state, state.defaultTimeoutSeconds());
        }
        return ticks;
    }
}
