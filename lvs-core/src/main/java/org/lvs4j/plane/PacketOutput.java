package org.lvs4j.plane;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.packet.Cuts;
import org.lvs4j.internal.packet.Fragmenter;
import org.lvs4j.internal.packet.PacketHeader;
import org.lvs4j.internal.packet.ReassemblyBuffer;

/**
 * The way out of a plane: straight into the caller's buffer, or into a buffer of its own from which the packet leaves in
 * fragments. Belongs to one thread.
 */
final class PacketOutput {
    static final long DROP = PacketDecision.of(PacketAction.DROP);

    /** The largest packet and the largest header that a tunnel puts before it, so that any can be built. */
    private static final int STAGE_BYTES = PacketPaths.MAX_MTU + 256;

    private final Fragmenter fragmenter = new Fragmenter();
    private final LongAdder noRoom = new LongAdder();
    private @Nullable ByteBuffer stage;
    private PacketAction action = PacketAction.DROP;
    private int serverId;

    /** Forgets what has not been fetched. */
    void clear() {
        fragmenter.clear();
    }

    /** Packets for which the caller's buffer was too small. */
    long noRoom() {
        return noRoom.sum();
    }

    /**
     * Where to build a packet, at the buffer's position; null if there is no room.
     *
     * @param fragmented whether it is to leave in fragments
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

    /** Sends a packet that has been built in the caller's buffer. */
    static long whole(PacketAction how, int server, int length) {
        return PacketDecision.of(how, server, length, false);
    }

    /**
     * Sends a packet in fragments.
     *
     * @param built where it starts, at the buffer's position
     * @param headerBytes how many of its bytes each fragment repeats; IPv6: those before the fragment header
     * @param whole the fragments it came in, or null
     */
    long fragments(
            PacketAction how,
            int server,
            ByteBuffer built,
            int length,
            boolean v4,
            int headerBytes,
            int identification,
            int mtu,
            @Nullable ReassemblyBuffer whole,
            ByteBuffer out) {
        int nextField = whole == null ? PacketHeader.NEXT_HEADER_V6 : whole.nextField();
        Cuts cuts = whole == null ? Cuts.NONE : whole.cuts();
        fragmenter.start(built, built.position(), length, v4, headerBytes, nextField, identification, mtu, cuts);
        action = how;
        serverId = server;
        return next(out);
    }

    /** Hands a packet that is not the director's back in the fragments that it came in. */
    long handBack(ReassemblyBuffer whole, boolean v4, ByteBuffer out) {
        fragmenter.start(
                whole.buffer(),
                whole.start(),
                whole.limit() - whole.start(),
                v4,
                whole.headerBytes(),
                whole.nextField(),
                whole.identification(),
                PacketPaths.MAX_MTU,
                whole.cuts());
        action = PacketAction.PASS;
        serverId = PacketDecision.NO_SERVER;
        return next(out);
    }

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
