package org.lvs4j.persistence.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * {@code sip}: knows a client by the Call-ID header of its SIP message (RFC 3261, also in the compact form {@code i}),
 * UDP only. A message without one is not placed.
 */
public final class SipEngine implements PersistenceEngine {
    private static final byte[] LONG_NAME = "call-id".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SHORT_NAME = {'i'};

    /** For {@link java.util.ServiceLoader}. */
    public SipEngine() {}

    @Override
    public String name() {
        return "sip";
    }

    @Override
    public @Nullable String identify(Flow flow, ByteBuffer payload) {
        if (flow.protocol() != Protocol.UDP) {
            return null;
        }
        int end = payload.limit();
        int line = payload.position();
        while (line < end) {
            int lineEnd = line;
            while (lineEnd < end && !isLineEnd(payload.get(lineEnd))) {
                lineEnd++;
            }
            if (lineEnd == end) {
                return null;
            }
            int value = valueOf(payload, line, lineEnd);
            if (value >= 0) {
                return text(payload, value, lineEnd);
            }
            line = lineEnd + 1;
        }
        return null;
    }

    /** Where the value of a Call-ID line starts, or -1 for any other line. */
    private static int valueOf(ByteBuffer payload, int line, int lineEnd) {
        int place = afterName(payload, line, lineEnd, LONG_NAME);
        if (place < 0) {
            place = afterName(payload, line, lineEnd, SHORT_NAME);
        }
        if (place < 0) {
            return -1;
        }
        place = skipBlanks(payload, place, lineEnd);
        return place < lineEnd && payload.get(place) == ':' ? skipBlanks(payload, place + 1, lineEnd) : -1;
    }

    private static int afterName(ByteBuffer payload, int line, int lineEnd, byte[] name) {
        if (lineEnd - line < name.length) {
            return -1;
        }
        for (int i = 0; i < name.length; i++) {
            int c = payload.get(line + i);
            if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != name[i]) {
                return -1;
            }
        }
        return line + name.length;
    }

    private static int skipBlanks(ByteBuffer payload, int from, int end) {
        int place = from;
        while (place < end && isBlank(payload.get(place))) {
            place++;
        }
        return place;
    }

    private static @Nullable String text(ByteBuffer payload, int from, int lineEnd) {
        int end = lineEnd;
        while (end > from && isBlank(payload.get(end - 1))) {
            end--;
        }
        int length = end - from;
        if (length < 1 || length > MAX_IDENTITY_LENGTH) {
            return null;
        }
        byte[] bytes = new byte[length];
        payload.get(from, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static boolean isLineEnd(byte b) {
        return b == '\r' || b == '\n';
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }
}
