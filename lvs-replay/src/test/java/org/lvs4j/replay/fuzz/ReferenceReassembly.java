package org.lvs4j.replay.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reassembles packets whose fragments are unambiguous: complete, without duplicates and overlaps. */
final class ReferenceReassembly {
    private final Map<String, List<ReferencePacket>> kept = new HashMap<>();

    void clear() {
        kept.clear();
    }

    /** Adds a fragment; returns the packet if it is complete, otherwise null. */
    byte[] add(ReferencePacket piece) {
        List<ReferencePacket> pieces = kept.computeIfAbsent(key(piece), key -> new ArrayList<>());
        pieces.add(piece);
        return join(pieces);
    }

    /** Discards the fragments of a packet that the plane has emitted. */
    void discard(ReferencePacket piece) {
        kept.remove(key(piece));
    }

    private static String key(ReferencePacket piece) {
        return Arrays.toString(piece.source)
                + Arrays.toString(piece.destination)
                + piece.identification
                + '/'
                + (piece.v4 ? piece.protocol : "");
    }

    private static int from(ReferencePacket piece) {
        return piece.v4 ? piece.transport : piece.fragmentHeader + 8;
    }

    private static int size(ReferencePacket piece) {
        return piece.bytes.length - from(piece);
    }

    /** The packet that fragments form; null if fragments are missing, duplicated or overlap. */
    static byte[] join(List<ReferencePacket> pieces) {
        List<ReferencePacket> sorted = new ArrayList<>(pieces);
        sorted.sort((a, b) -> Integer.compare(a.fragmentOffset, b.fragmentOffset));
        int end = 0;
        for (int i = 0; i < sorted.size(); i++) {
            ReferencePacket piece = sorted.get(i);
            boolean last = i == sorted.size() - 1;
            if (piece.fragmentOffset != end || size(piece) <= 0 || piece.moreFragments == last) {
                return null;
            }
            end += size(piece);
        }
        ReferencePacket first = sorted.get(0);
        int header = first.v4 ? first.transport : first.fragmentHeader;
        if (header + end - (first.v4 ? 0 : 40) > 65_535) {
            return null;
        }
        byte[] whole = Arrays.copyOf(first.bytes, header + end);
        for (ReferencePacket piece : sorted) {
            System.arraycopy(piece.bytes, from(piece), whole, header + piece.fragmentOffset, size(piece));
        }
        if (first.v4) {
            ReferencePacket.put16(whole, 2, whole.length);
            ReferencePacket.put16(whole, 6, 0);
            Repair.header(whole, 0);
        } else {
            ReferencePacket.put16(whole, 4, whole.length - 40);
            whole[first.nextField] = first.bytes[first.fragmentHeader];
        }
        return whole;
    }
}
