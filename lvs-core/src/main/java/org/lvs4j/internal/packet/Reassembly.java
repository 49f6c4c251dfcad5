package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Packets of which some fragments are still missing. Their number is limited; one more displaces the oldest. What is not
 * complete after 30 seconds (IPv6: 60) is forgotten. Fragments that overlap spoil their packet (RFC 5722, and as Linux
 * treats IPv4 as well).
 *
 * <p>Belongs to one thread, but for the counters. Allocates only when a packet is larger than any before in its place.
 */
public final class Reassembly {
    private static final long TIMEOUT_V4_NANOS = 30_000_000_000L;
    private static final long TIMEOUT_V6_NANOS = 60_000_000_000L;

    private final ReassemblyBuffer[] datagrams;
    private final LongAdder timedOut = new LongAdder();
    private final LongAdder displaced = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private int live;

    /**
     * Nothing so far.
     *
     * @param ceiling the most incomplete packets at a time
     */
    public Reassembly(int ceiling) {
        datagrams = new ReassemblyBuffer[ceiling];
    }

    /**
     * Takes a fragment.
     *
     * @return the whole packet if this was the last missing piece, valid until the next fragment is added; else null
     */
    public @Nullable ReassemblyBuffer add(PacketHeader fragment, ByteBuffer in, long nowNanos) {
        if (live > 0) {
            expire(nowNanos);
        }
        ReassemblyBuffer datagram = find(fragment);
        if (datagram == null) {
            datagram = free();
            datagram.begin(fragment, nowNanos + (fragment.isV4() ? TIMEOUT_V4_NANOS : TIMEOUT_V6_NANOS));
            live++;
        }
        ReassemblyBuffer.Outcome outcome = datagram.add(fragment, in);
        if (outcome == ReassemblyBuffer.Outcome.USELESS || outcome == ReassemblyBuffer.Outcome.CONTRADICTION) {
            refused.increment();
        }
        if (outcome == ReassemblyBuffer.Outcome.COMPLETE || outcome == ReassemblyBuffer.Outcome.CONTRADICTION) {
            end(datagram);
        }
        return outcome == ReassemblyBuffer.Outcome.COMPLETE ? datagram : null;
    }

    private void end(ReassemblyBuffer datagram) {
        datagram.end();
        live--;
    }

    private @Nullable ReassemblyBuffer find(PacketHeader fragment) {
        for (ReassemblyBuffer datagram : datagrams) {
            if (datagram != null && datagram.owns(fragment)) {
                return datagram;
            }
        }
        return null;
    }

    private ReassemblyBuffer free() {
        ReassemblyBuffer oldest = null;
        for (int i = 0; i < datagrams.length; i++) {
            ReassemblyBuffer datagram = datagrams[i];
            if (datagram == null) {
                datagram = new ReassemblyBuffer();
                datagrams[i] = datagram;
                return datagram;
            }
            if (!datagram.used()) {
                return datagram;
            }
            if (oldest == null || datagram.deadlineNanos() - oldest.deadlineNanos() < 0) {
                oldest = datagram;
            }
        }
        if (oldest == null) {
            throw new IllegalStateException("a ceiling of no packets at all");
        }
        displaced.increment();
        end(oldest);
        return oldest;
    }

    private void expire(long nowNanos) {
        for (ReassemblyBuffer datagram : datagrams) {
            if (datagram != null && datagram.used() && nowNanos - datagram.deadlineNanos() >= 0) {
                timedOut.increment();
                end(datagram);
            }
        }
    }

    /** Packets that were not completed in time. */
    public long timedOut() {
        return timedOut.sum();
    }

    /** Packets that were given up for newer ones at the ceiling. */
    public long displaced() {
        return displaced.sum();
    }

    /** Fragments that were repeated, impossible, or contradicted others. */
    public long refused() {
        return refused.sum();
    }
}
