package org.lvs4j.plane;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.packet.FragmentBoundaries;
import org.lvs4j.internal.packet.Fragmenter;
import org.lvs4j.internal.packet.PacketHeader;
import org.lvs4j.internal.packet.ReassemblyBuffer;

/**
 * The output side of a plane. A packet that leaves whole is built in the caller's buffer; a packet that leaves in
 * fragments is built in a staging buffer and copied out one fragment at a time. Belongs to one thread, except
 * {@link #noRoom}.
 */
final class PacketOutput {
    static final long PASS = PacketDecision.of(PacketAction.PASS);
    static final long DROP = PacketDecision.of(PacketAction.DROP);

    /** The largest packet and more than the largest header that a tunnel adds. */
    private static final int STAGE_BYTES = PacketPaths.MAX_MTU + 256;

    private final Fragmenter fragmenter = new Fragmenter();
    private final LongAdder noRoom = new LongAdder();
    private @Nullable ByteBuffer stage;
    private PacketAction action = PacketAction.DROP;
    private int serverId;

    /** Discards the fragments that the caller has not fetched. */
    void clear() {
        fragmenter.clear();
    }

    /** Packets for which the caller's buffer was too small; any thread may call this. */
    long noRoom() {
        return noRoom.sum();
    }

    /**
     * The buffer to build a packet in, at its position; null if the packet does not fit.
     *
     * @param fragmented whether the packet leaves in fragments
     */
    @Nullable
    ByteBuffer room(ByteBuffer out, int length, boolean fragmented) {
        if (length > PacketPaths.MAX_MTU) {
            return null;
        }
        if (!fragmented) {
            if (out.remaining() < length) {
                noRoom.increment();
                return null;
            }
            return out;
        }
        if (stage == null) {
            stage = ByteBuffer.allocate(STAGE_BYTES);
        }
        return stage;
    }

    /** The decision for a packet that is complete in the caller's buffer. */
    static long whole(PacketAction action, int serverId, int length) {
        return PacketDecision.of(action, serverId, length, false);
    }

    /**
     * Starts to hand out a packet in fragments.
     *
     * @param built the staging buffer; the packet starts at its position
     * @param headerBytes the length of the header that each fragment repeats; for IPv6 the headers before
     *     the fragment header
     * @param reassembled the fragments that the packet arrived in, or null
     * @return the decision for the first fragment
     */
    long fragments(
            PacketAction nextAction,
            int nextServerId,
            ByteBuffer built,
            int length,
            boolean v4,
            int headerBytes,
            int identification,
            int mtu,
            @Nullable ReassemblyBuffer reassembled,
            ByteBuffer out) {
        int nextField = reassembled == null ? PacketHeader.NEXT_HEADER_V6 : reassembled.nextField();
        FragmentBoundaries boundaries = reassembled == null ? FragmentBoundaries.NONE : reassembled.boundaries();
        fragmenter.start(built, built.position(), length, v4, headerBytes, nextField, identification, mtu, boundaries);
        action = nextAction;
        serverId = nextServerId;
        return next(out);
    }

    /** Starts to hand back a packet that the director does not handle, in the fragments that it arrived in. */
    long handBack(ReassemblyBuffer reassembled, boolean v4, ByteBuffer out) {
        fragmenter.start(
                reassembled.buffer(),
                reassembled.start(),
                reassembled.limit() - reassembled.start(),
                v4,
                reassembled.headerBytes(),
                reassembled.nextField(),
                reassembled.identification(),
                PacketPaths.MAX_MTU,
                reassembled.boundaries());
        action = PacketAction.PASS;
        serverId = PacketDecision.NO_SERVER;
        return next(out);
    }

    /** Copies the next fragment to the caller's buffer; {@link #DROP} if there is none, or no room for it. */
    long next(ByteBuffer out) {
        if (!fragmenter.pending()) {
            return DROP;
        }
        int length = fragmenter.next(out);
        if (length == 0) {
            noRoom.increment();
            return DROP;
        }
        return PacketDecision.of(action, serverId, length, fragmenter.pending());
    }
}
