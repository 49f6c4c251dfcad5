package org.lvs4j.replay.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts packets together from fragments, if there can be no doubt about what they make. */
final class Pieces {
    private final Map<String, List<SlowPacket>> kept = new HashMap<>();

    void clear() {
        kept.clear();
    }

    /** Takes a fragment; gives the packet if this is the last that was missing, or null. */
    byte[] add(SlowPacket piece) {
        List<SlowPacket> pieces = kept.computeIfAbsent(key(piece), key -> new ArrayList<>());
        pieces.add(piece);
        return join(pieces);
    }

    /** Forgets a packet that has come out. */
    void forget(SlowPacket piece) {
        kept.remove(key(piece));
    }

    private static String key(SlowPacket piece) {
        return Arrays.toString(piece.source)
                + Arrays.toString(piece.destination)
                + piece.identification
                + '/'
                + (piece.v4 ? piece.protocol : "");
    }

    private static int from(SlowPacket piece) {
        return piece.v4 ? piece.transport : piece.fragmentHeader + 8;
    }

    private static int size(SlowPacket piece) {
        return piece.bytes.length - from(piece);
    }

    /** The packet that fragments make, or null if anything is missing, doubled or out of place. */
    static byte[] join(List<SlowPacket> pieces) {
        List<SlowPacket> sorted = new ArrayList<>(pieces);
        sorted.sort((a, b) -> Integer.compare(a.fragmentOffset, b.fragmentOffset));
        int end = 0;
        for (int i = 0; i < sorted.size(); i++) {
            SlowPacket piece = sorted.get(i);
            boolean last = i == sorted.size() - 1;
            if (piece.fragmentOffset != end || size(piece) <= 0 || piece.moreFragments == last) {
                return null;
            }
            end += size(piece);
        }
        SlowPacket first = sorted.get(0);
        int header = first.v4 ? first.transport : first.fragmentHeader;
        if (header + end - (first.v4 ? 0 : 40) > 65_535) {
            return null;
        }
        byte[] whole = Arrays.copyOf(first.bytes, header + end);
        for (SlowPacket piece : sorted) {
            System.arraycopy(piece.bytes, from(piece), whole, header + piece.fragmentOffset, size(piece));
        }
        if (first.v4) {
            SlowPacket.put16(whole, 2, whole.length);
            SlowPacket.put16(whole, 6, 0);
            Repair.header(whole, 0);
        } else {
            SlowPacket.put16(whole, 4, whole.length - 40);
            whole[first.nextField] = first.bytes[first.fragmentHeader];
        }
        return whole;
    }
}
