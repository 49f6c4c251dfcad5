package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Reassembles fragmented packets. The number of incomplete packets is bounded; one more evicts the oldest. A packet
 * that is incomplete 30 seconds after its first fragment (IPv6: 60 seconds, RFC 8200, section 4.5) expires. A fragment
 * that overlaps others discards its packet (RFC 5722 for IPv6; Linux does the same for IPv4), but one whose bytes have
 * all arrived is ignored, as Linux does.
 *
 * <p>Belongs to one thread, except the counters, which any thread may read. Allocates only when a packet is larger than
 * every earlier packet in the same buffer.
 */
public final class Reassembly {
    private static final long TIMEOUT_V4_NANOS = 30_000_000_000L;
    private static final long TIMEOUT_V6_NANOS = 60_000_000_000L;

    private final ReassemblyBuffer[] buffers;
    private final LongAdder timedOut = new LongAdder();
    private final LongAdder displaced = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private int incomplete;

    /**
     * A reassembly without fragments.
     *
     * @param ceiling the largest number of incomplete packets, at least 1
     */
    public Reassembly(int ceiling) {
        buffers = new ReassemblyBuffer[ceiling];
    }

    /**
     * Adds a fragment.
     *
     * @return the reassembled packet if this fragment completes it, valid until the next fragment is
     *     added; otherwise null
     */
    public @Nullable ReassemblyBuffer add(PacketHeader fragment, ByteBuffer in, long nowNanos) {
        if (incomplete > 0) {
            expire(nowNanos);
        }
        ReassemblyBuffer buffer = find(fragment);
        if (buffer == null) {
            buffer = free();
            buffer.begin(fragment, nowNanos + (fragment.isV4() ? TIMEOUT_V4_NANOS : TIMEOUT_V6_NANOS));
            incomplete++;
        }
        ReassemblyBuffer.Outcome outcome = buffer.add(fragment, in);
        if (outcome == ReassemblyBuffer.Outcome.USELESS || outcome == ReassemblyBuffer.Outcome.CONTRADICTION) {
            refused.increment();
        }
        if (outcome == ReassemblyBuffer.Outcome.COMPLETE || outcome == ReassemblyBuffer.Outcome.CONTRADICTION) {
            end(buffer);
        }
        return outcome == ReassemblyBuffer.Outcome.COMPLETE ? buffer : null;
    }

    private void end(ReassemblyBuffer buffer) {
        buffer.end();
        incomplete--;
    }

    private @Nullable ReassemblyBuffer find(PacketHeader fragment) {
        for (ReassemblyBuffer buffer : buffers) {
            if (buffer != null && buffer.owns(fragment)) {
                return buffer;
            }
        }
        return null;
    }

    private ReassemblyBuffer free() {
        ReassemblyBuffer oldest = null;
        for (int i = 0; i < buffers.length; i++) {
            ReassemblyBuffer buffer = buffers[i];
            if (buffer == null) {
                buffer = new ReassemblyBuffer();
                buffers[i] = buffer;
                return buffer;
            }
            if (!buffer.used()) {
                return buffer;
            }
            if (oldest == null || buffer.deadlineNanos() - oldest.deadlineNanos() < 0) {
                oldest = buffer;
            }
        }
        if (oldest == null) {
            throw new IllegalStateException("the ceiling is 0");
        }
        displaced.increment();
        end(oldest);
        return oldest;
    }

    private void expire(long nowNanos) {
        for (ReassemblyBuffer buffer : buffers) {
            if (buffer != null && buffer.used() && nowNanos - buffer.deadlineNanos() >= 0) {
                timedOut.increment();
                end(buffer);
            }
        }
    }

    /** Packets that expired before they were complete. */
    public long timedOut() {
        return timedOut.sum();
    }

    /** Packets that newer ones have evicted at the ceiling. */
    public long displaced() {
        return displaced.sum();
    }

    /** Fragments that were duplicates, impossible, or contradicted other fragments. */
    public long refused() {
        return refused.sum();
    }
}
