package org.lvs4j.health;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;

/** One datagram. The first reply decides, and without one the time. */
final class UdpDialogue implements Dialogue {
    /** The recorded payload of keepalived. */
    private static final byte[] DEFAULT_PAYLOAD = "keepalived check - keepalived ch".getBytes(US_ASCII);

    private final UdpCheck check;
    private final boolean comparesShorter;

    /**
     * A conversation.
     *
     * @param comparesShorter whether a reply that is shorter than the required one passes if it is its begin, as in
     *     keepalived
     */
    UdpDialogue(UdpCheck check, boolean comparesShorter) {
        this.check = check;
        this.comparesShorter = comparesShorter;
    }

    @Override
    public Step opened() {
        byte[] payload =
                check.payload() == null ? DEFAULT_PAYLOAD : HexFormat.of().parseHex(check.payload());
        return Step.send(ByteBuffer.wrap(payload.clone()));
    }

    @Override
    public Step received(ByteBuffer data) {
        int start = data.position();
        int length = data.remaining();
        data.position(data.limit());
        String pattern = check.reply();
        if (pattern == null || pattern.isEmpty()) {
            return Step.passed("a reply of " + length + " bytes");
        }
        if (length < check.minReplyLength() || length > check.maxReplyLength()) {
            return Step.failed("a reply of " + length + " bytes");
        }
        return matches(data, start, length, pattern.toLowerCase(Locale.ROOT))
                ? Step.passed("the required reply")
                : Step.failed("another reply than required");
    }

    private boolean matches(ByteBuffer data, int start, int length, String pattern) {
        if (length < pattern.length() / 2 && !comparesShorter) {
            return false;
        }
        for (int i = 0; i < Math.min(pattern.length(), 2 * length); i++) {
            int octet = data.get(start + i / 2);
            int nibble = i % 2 == 0 ? octet >> 4 & 0xF : octet & 0xF;
            char wanted = pattern.charAt(i);
            if (wanted != 'x' && nibble != Character.digit(wanted, 16)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Step closed() {
        return Step.failed("the socket was closed");
    }

    @Override
    public Step timedOut() {
        return check.reply() == null ? Step.passed("not reported unreachable") : Step.failed("no reply");
    }
}
