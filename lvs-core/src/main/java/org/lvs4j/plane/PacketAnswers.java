package org.lvs4j.plane;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.lvs4j.internal.packet.IcmpError;
import org.lvs4j.internal.packet.PacketHeader;
import org.lvs4j.net.IpAddress;

/** The ICMP errors that a plane sends about packets. Belongs to one thread, except {@link #suppressed}. */
final class PacketAnswers {
    private final PacketPaths paths;
    private final PacketOutput output;
    private final AnswerLimit limit;
    private final LongAdder suppressed = new LongAdder();
    private int identification;

    PacketAnswers(PacketPaths paths, PacketOutput output, AnswerLimit limit, int seed) {
        this.paths = paths;
        this.output = output;
        this.limit = limit;
        identification = seed;
    }

    /** The identification for the next packet that the director itself creates. */
    int nextIdentification() {
        return identification++;
    }

    /** ICMP errors that the limit has suppressed; any thread may call this. */
    long suppressed() {
        return suppressed.sum();
    }

    /** Answers a client; the source of the error is the virtual address. */
    long toClient(IcmpError error, PacketHeader packet, ByteBuffer in, ByteBuffer out, int mtu, long nowNanos) {
        // A router detects that a packet is too big after it has decremented the TTL, and quotes the decremented TTL.
        boolean forwarded = error == IcmpError.TOO_BIG;
        return answer(
                error, packet, in, out, packet.destinationHigh(), packet.destinationLow(), mtu, forwarded, nowNanos);
    }

    /** Answers a server; the source of the error is the director's own address. */
    long toServer(IcmpError error, PacketHeader packet, ByteBuffer in, ByteBuffer out, int mtu, long nowNanos) {
        IpAddress own = paths.source(packet.family(), packet.sourceHigh(), packet.sourceLow());
        return own == null
                ? PacketOutput.DROP
                : answer(error, packet, in, out, own.high(), own.low(), mtu, false, nowNanos);
    }

    private long answer(
            IcmpError error,
            PacketHeader packet,
            ByteBuffer in,
            ByteBuffer out,
            long high,
            long low,
            int mtu,
            boolean forwarded,
            long nowNanos) {
        if (!IcmpError.mayAnswer(packet)) {
            return PacketOutput.DROP;
        }
        if (!limit.take(nowNanos)) {
            suppressed.increment();
            return PacketOutput.DROP;
        }
        if (output.room(out, error.length(packet), false) == null) {
            return PacketOutput.DROP;
        }
        int id = nextIdentification() & 0xFFFF;
        int length = error.write(packet, in, out, out.position(), high, low, mtu, forwarded, id);
        return PacketOutput.whole(PacketAction.ANSWER, PacketDecision.NO_SERVER, length);
    }
}
