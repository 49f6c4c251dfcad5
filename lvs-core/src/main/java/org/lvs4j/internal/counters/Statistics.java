package org.lvs4j.internal.counters;

import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/**
 * Counters with a zero point and the two-second rate estimator of IPVS on top.
 *
 * <p>Each {@link #estimate()}, called every {@value #ESTIMATE_SECONDS} s, moves every average a quarter of the
 * way to the rate since the last one, in fixed point as the kernel does: a constant load {@code L} shows as
 * {@code L * (1 - 0.75^n)} after {@code n} estimates.
 *
 * <p>Unlike the kernel, which shows the counters of its last estimate, {@link #traffic()} is current.
 *
 * <p>Guarantees: counting is as {@link Counters} says. Progress: {@link #counters()} never blocks; the other
 * methods take this object's lock, which no counting thread takes.
 */
public final class Statistics {
    /** Seconds between two estimates. */
    public static final int ESTIMATE_SECONDS = 2;

    private static final int PACKET_FRACTION_BITS = 10;
    private static final int BYTE_FRACTION_BITS = 5;

    private final Counters counters = new Counters();
    private Traffic zero = Traffic.NONE;
    private Traffic last = Traffic.NONE;
    private long connectionRate;
    private long inPacketRate;
    private long outPacketRate;
    private long inByteRate;
    private long outByteRate;

    /** All zero. */
    public Statistics() {}

    /** The counters to count into. */
    public Counters counters() {
        return counters;
    }

    /** What has been counted since the last {@link #zero()}. */
    public synchronized Traffic traffic() {
        return counters.read().minus(zero);
    }

    /** The averages as of the last {@link #estimate()}. */
    public synchronized Rates rates() {
        return new Rates(
                shown(connectionRate, PACKET_FRACTION_BITS),
                shown(inPacketRate, PACKET_FRACTION_BITS),
                shown(outPacketRate, PACKET_FRACTION_BITS),
                shown(inByteRate, BYTE_FRACTION_BITS),
                shown(outByteRate, BYTE_FRACTION_BITS));
    }

    /** Moves the averages; to be called every {@value #ESTIMATE_SECONDS} s. */
    public synchronized void estimate() {
        Traffic now = counters.read();
        Traffic since = now.minus(last);
        last = now;
        connectionRate = moved(connectionRate, since.connections(), PACKET_FRACTION_BITS);
        inPacketRate = moved(inPacketRate, since.inPackets(), PACKET_FRACTION_BITS);
        outPacketRate = moved(outPacketRate, since.outPackets(), PACKET_FRACTION_BITS);
        inByteRate = moved(inByteRate, since.inBytes(), BYTE_FRACTION_BITS);
        outByteRate = moved(outByteRate, since.outBytes(), BYTE_FRACTION_BITS);
    }

    /** Starts counting from zero again and forgets the averages. */
    public synchronized void zero() {
        zero = counters.read();
        connectionRate = 0;
        inPacketRate = 0;
        outPacketRate = 0;
        inByteRate = 0;
        outByteRate = 0;
    }

    private static long moved(long average, long delta, int fractionBits) {
        long rate = delta << (fractionBits - 1);
        return average + ((rate - average) >> 2);
    }

    private static long shown(long average, int fractionBits) {
        return (average + (1L << (fractionBits - 1)) - 1) >> fractionBits;
    }
}
