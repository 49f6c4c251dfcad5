package org.lvs4j.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * One question of class IN with recursion desired and without EDNS (RFC 1035 §4.1). A reply passes by its response code
 * alone. Datagrams that are no reply to the question are ignored: another id, no QR flag, or shorter than eight bytes,
 * which keepalived takes as enough.
 */
final class DnsDialogue implements Dialogue {
    private static final int HEADER_BYTES = 12;
    private static final int MIN_REPLY_BYTES = 8;
    private static final int MAX_LABEL_BYTES = 63;
    private static final int MAX_NAME_BYTES = 253;
    private static final short RECURSION_DESIRED = 0x0100;
    private static final short CLASS_IN = 1;

    private final DnsCheck check;
    private final int id;

    DnsDialogue(DnsCheck check, int id) {
        this.check = check;
        this.id = id;
    }

    /**
     * The labels of a name, each after its length, and the root.
     *
     * @throws IllegalArgumentException if the name or a label of it is empty or too long
     */
    static ByteBuffer encode(String name) {
        String relative = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        byte[] bytes = relative.getBytes(UTF_8);
        if (name.isEmpty() || bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "'" + name + "' is not a domain name of 1.." + MAX_NAME_BYTES + " bytes");
        }
        ByteBuffer encoded = ByteBuffer.allocate(bytes.length + 2);
        if (bytes.length > 0) {
            for (int start = 0; start <= bytes.length; ) {
                int end = start;
                while (end < bytes.length && bytes[end] != '.') {
                    end++;
                }
                if (end == start || end - start > MAX_LABEL_BYTES) {
                    throw new IllegalArgumentException(
                            "'" + name + "' has a label that is empty or longer than " + MAX_LABEL_BYTES + " bytes");
                }
                encoded.put((byte) (end - start)).put(bytes, start, end - start);
                start = end + 1;
            }
        }
        return encoded.put((byte) 0).flip();
    }

    @Override
    public Step opened() {
        ByteBuffer name = encode(check.name());
        ByteBuffer question = ByteBuffer.allocate(HEADER_BYTES + name.remaining() + 4);
        question.putShort((short) id).putShort(RECURSION_DESIRED).putShort((short) 1);
        question.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        question.put(name).putShort((short) check.type().number()).putShort(CLASS_IN);
        return Step.send(question.flip());
    }

    @Override
    public Step received(ByteBuffer data) {
        int start = data.position();
        int length = data.remaining();
        data.position(data.limit());
        if (length < MIN_REPLY_BYTES
                || octet(data, start) != id >>> 8
                || octet(data, start + 1) != (id & 0xFF)
                || (octet(data, start + 2) & 0x80) == 0) {
            return Step.IGNORE;
        }
        int code = octet(data, start + 3) & 0xF;
        return code == 0 ? Step.passed("answered") : Step.failed("response code " + code);
    }

    private static int octet(ByteBuffer data, int index) {
        return data.get(index) & 0xFF;
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
