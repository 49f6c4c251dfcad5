package org.lvs4j.replay;

import java.util.List;

/**
 * A packet that came out of the director. Immutable.
 *
 * @param wire where
 * @param hex its bytes
 * @param varying the bytes of a recorded packet that may be others each time; unmodifiable
 */
public record PacketEmission(Wire wire, String hex, List<Range> varying) {
    /** Takes a copy of the list. */
    public PacketEmission {
        varying = List.copyOf(varying);
    }

    /**
     * Some bytes of a packet.
     *
     * @param offset the first of them
     * @param length how many
     */
    public record Range(int offset, int length) {}

    /** Whether another packet is the same but for what may vary in this one. */
    boolean agreesWith(PacketEmission other) {
        return wire == other.wire && masked(hex).equals(masked(other.hex));
    }

    private String masked(String digits) {
        StringBuilder text = new StringBuilder(digits);
        for (Range range : varying) {
            int end = Math.min(text.length(), (range.offset + range.length) * 2);
            for (int i = range.offset * 2; i < end; i++) {
                text.setCharAt(i, '.');
            }
        }
        return text.toString();
    }

    /** For example {@code server 4500003c...}. */
    @Override
    public String toString() {
        return wire + " " + masked(hex);
    }
}
