package org.lvs4j.health;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * One ICMP echo request (RFC 792, RFC 4443 §4) with 120 bytes of data, as keepalived sends it. A reply is recognised by
 * its sequence number and data; other messages are ignored, since the system passes on some that belong to others.
 */
final class PingDialogue implements Dialogue {
    private static final int HEADER_BYTES = 8;
    private static final int DATA_BYTES = 120;

    private final boolean v4;
    private final short sequence;
    private final byte[] data = new byte[DATA_BYTES];

    PingDialogue(boolean v4, RandomGenerator random) {
        this.v4 = v4;
        sequence = (short) random.nextInt();
        random.nextBytes(data);
    }

    @Override
    public Step opened() {
        ByteBuffer request = ByteBuffer.allocate(HEADER_BYTES + DATA_BYTES);
        request.put((byte) (v4 ? 8 : 128)).put((byte) 0).putShort((short) 0);
        request.putShort((short) 0).putShort(sequence).put(data);
        return Step.send(request.flip());
    }

    @Override
    public Step received(ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        boolean isReply = bytes.length == HEADER_BYTES + DATA_BYTES
                && bytes[0] == (byte) (v4 ? 0 : 129)
                && bytes[1] == 0
                && bytes[6] == (byte) (sequence >> 8)
                && bytes[7] == (byte) sequence
                && Arrays.equals(bytes, HEADER_BYTES, bytes.length, data, 0, DATA_BYTES);
        return isReply ? Step.passed("answered") : Step.IGNORE;
    }

    @Override
    public Step closed() {
        return Step.failed("the socket was closed");
    }

    @Override
    public Step timedOut() {
        return Step.failed("no answer");
    }
}
