package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Sends a datagram. Passes unless the port is unreachable or a required reply is missing or different. Immutable.
 *
 * <p>A reply is right if it starts with the required bytes and its length is within the limits. The limits matter only if
 * bytes are required, as in keepalived.
 *
 * @param target the address that is asked
 * @param schedule when it is asked
 * @param payload the datagram in hexadecimal digits, two for each byte; null for that of keepalived, 32 bytes of text
 * @param reply the required reply, two digits for each byte, each a hexadecimal digit or {@code x} for any; empty for
 *     any reply; null if none is required
 * @param minReplyLength the length of the shortest reply that is accepted, in bytes
 * @param maxReplyLength the length of the longest reply that is accepted, in bytes
 */
public record UdpCheck(
        ProbeTarget target,
        CheckSchedule schedule,
        @Nullable String payload,
        @Nullable String reply,
        int minReplyLength,
        int maxReplyLength)
        implements NetworkCheck {
    /** The longest reply that is accepted if nothing is given: {@value} bytes. */
    public static final int DEFAULT_MAX_REPLY_LENGTH = 255;

    /**
     * Checks all values.
     *
     * @throws IllegalArgumentException if a text has an odd length or other characters, or the lengths are crossed
     */
    public UdpCheck {
        requireNonNull(target, "target");
        requireNonNull(schedule, "schedule");
        checkDigits(payload, "0123456789abcdef");
        checkDigits(reply, "0123456789abcdefx");
        if (minReplyLength < 0 || minReplyLength > maxReplyLength || maxReplyLength > 65_535) {
            throw new IllegalArgumentException(
                    "reply lengths " + minReplyLength + ".." + maxReplyLength + " are crossed or outside 0..65535");
        }
    }

    private static void checkDigits(@Nullable String text, String allowed) {
        if (text != null
                && (text.length() % 2 != 0
                        || text.chars().anyMatch(c -> allowed.indexOf(Character.toLowerCase(c)) < 0))) {
            throw new IllegalArgumentException("'" + text + "' is not a sequence of hexadecimal bytes");
        }
    }

    @Override
    public String kind() {
        return "UDP_CHECK";
    }
}
