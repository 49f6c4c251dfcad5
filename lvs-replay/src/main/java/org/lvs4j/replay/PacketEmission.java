package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A packet that a director has emitted. Immutable.
 *
 * @param wire the wire on which it leaves
 * @param hex its bytes as lower-case hex digits
 * @param varying of a recorded packet, the bytes that are not compared; unmodifiable
 */
public record PacketEmission(Wire wire, String hex, List<Range> varying) {
    /** Copies the list. */
    public PacketEmission {
        requireNonNull(wire, "wire");
        requireNonNull(hex, "hex");
        varying = List.copyOf(requireNonNull(varying, "varying"));
    }

    /**
     * A range of bytes of a packet.
     *
     * @param offset the offset of the first byte, from 0
     * @param length the number of bytes; the range may extend beyond the packet
     */
    public record Range(int offset, int length) {}

    /** Whether another packet leaves on the same wire with the same bytes, except those that vary in this one. */
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

    /** The wire and the bytes, with a dot for each digit that varies, such as {@code server 4500003c...}. */
    @Override
    public String toString() {
        return wire + " " + masked(hex);
    }
}
