package org.lvs4j.internal.counters;

import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/**
 * Counters that can be reset, and the rate estimator of IPVS.
 *
 * <p>{@link #estimate(long)} is called every {@value #ESTIMATE_SECONDS} s and moves every average a quarter of the way
 * to the rate since the last call, in fixed point as the kernel does. A constant load {@code L} is shown as {@code L *
 * (1 - 0.75^n)} after {@code n} estimates.
 *
 * <p>Unlike the kernel, which shows the counters as of the last estimate, {@link #traffic()} shows the present ones.
 *
 * <p>Guarantees: those of {@link Counters}. Progress: {@link #counters()} never blocks; the other methods take this
 * object's lock, which no counting thread takes.
 */
public final class Statistics {
    /** Seconds between two estimates. */
    public static final int ESTIMATE_SECONDS = 2;

    private static final int PACKET_FRACTION_BITS = 10;
    private static final int BYTE_FRACTION_BITS = 5;

    private final Counters counters = new Counters();
    private Traffic baseline = Traffic.NONE;

    /** What another director has counted before this one. */
    private Traffic carried = Traffic.NONE;

    private Traffic last = Traffic.NONE;
    private long connectionRate;
    private long inPacketRate;
    private long outPacketRate;
    private long inByteRate;
    private long outByteRate;

    /** All zero. */
    public Statistics() {}

    /** The counters in which threads count. */
    public Counters counters() {
        return counters;
    }

    /** The counts since the last {@link #reset()}, with those {@linkplain #carry carried over}. */
    public synchronized Traffic traffic() {
        return counters.read().minus(baseline).plus(carried);
    }

    /** Adds the counts of another director, in place of those that were carried over before. */
    public synchronized void carry(Traffic counted) {
        carried = counted;
    }

    /** The averages as of the last {@link #estimate(long)}. */
    public synchronized Rates rates() {
        return new Rates(
                shown(connectionRate, PACKET_FRACTION_BITS),
                shown(inPacketRate, PACKET_FRACTION_BITS),
                shown(outPacketRate, PACKET_FRACTION_BITS),
                shown(inByteRate, BYTE_FRACTION_BITS),
                shown(outByteRate, BYTE_FRACTION_BITS));
    }

    /**
     * Updates the averages, which is due every {@value #ESTIMATE_SECONDS} s. What was counted since the last update
     * belongs to the first of the updates that are due.
     *
     * @param times how many updates are due, at least 1
     */
    public synchronized void estimate(long times) {
        Traffic now = counters.read();
        Traffic since = now.minus(last);
        last = now;
        estimate(since);
        for (long i = 1; i < times && !idle(); i++) {
            estimate(Traffic.NONE);
        }
    }

    private boolean idle() {
        return (connectionRate | inPacketRate | outPacketRate | inByteRate | outByteRate) == 0;
    }

    private void estimate(Traffic since) {
        connectionRate = moved(connectionRate, since.connections(), PACKET_FRACTION_BITS);
        inPacketRate = moved(inPacketRate, since.inPackets(), PACKET_FRACTION_BITS);
        outPacketRate = moved(outPacketRate, since.outPackets(), PACKET_FRACTION_BITS);
        inByteRate = moved(inByteRate, since.inBytes(), BYTE_FRACTION_BITS);
        outByteRate = moved(outByteRate, since.outBytes(), BYTE_FRACTION_BITS);
    }

    /** Resets counters and averages to zero. */
    public synchronized void reset() {
        baseline = counters.read();
        carried = Traffic.NONE;
        connectionRate = 0;
        inPacketRate = 0;
        outPacketRate = 0;
        inByteRate = 0;
        outByteRate = 0;
    }

    /** What {@link #restore} needs. */
    public synchronized Saved save() {
        return new Saved(baseline, carried, connectionRate, inPacketRate, outPacketRate, inByteRate, outByteRate);
    }

    /** Undoes a {@link #reset()} that was done after a {@link #save()}: the counts since then are added. */
    public synchronized void restore(Saved saved) {
        baseline = saved.baseline;
        carried = saved.carried;
        connectionRate = saved.connectionRate;
        inPacketRate = saved.inPacketRate;
        outPacketRate = saved.outPacketRate;
        inByteRate = saved.inByteRate;
        outByteRate = saved.outByteRate;
    }

    /** The baseline, the counts carried over and the averages of one moment. */
    public record Saved(
            Traffic baseline,
            Traffic carried,
            long connectionRate,
            long inPacketRate,
            long outPacketRate,
            long inByteRate,
            long outByteRate) {}

    private static long moved(long average, long delta, int fractionBits) {
        long rate = delta << (fractionBits - 1);
        return average + ((rate - average) >> 2);
    }

    private static long shown(long average, int fractionBits) {
        return (average + (1L << (fractionBits - 1)) - 1) >> fractionBits;
    }
}
