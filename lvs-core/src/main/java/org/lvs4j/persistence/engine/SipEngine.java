package org.lvs4j.persistence.engine;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * The engine {@code sip}: identifies a client by the Call-ID header of its SIP message (RFC 3261, section 20.8; also in
 * the compact form {@code i}), over UDP and, in a relay, over TCP, which the IPVS engine of the same name drops. A
 * message without a Call-ID is dropped, as by that engine. Stateless and thread-safe.
 */
public final class SipEngine implements PersistenceEngine {
    private static final byte[] LONG_NAME = "call-id".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SHORT_NAME = {'i'};

    /** Creates the engine, for {@link java.util.ServiceLoader}. */
    public SipEngine() {}

    @Override
    public String name() {
        return "sip";
    }

    @Override
    public boolean supports(Protocol protocol) {
        return requireNonNull(protocol, "protocol") != Protocol.SCTP;
    }

    @Override
    public @Nullable String identify(Flow flow, ByteBuffer payload) {
        if (!supports(flow.protocol())) {
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

    /** The offset of the value in a Call-ID line; -1 for any other line. */
    private static int valueOf(ByteBuffer payload, int line, int lineEnd) {
        int at = afterName(payload, line, lineEnd, LONG_NAME);
        if (at < 0) {
            at = afterName(payload, line, lineEnd, SHORT_NAME);
        }
        if (at < 0) {
            return -1;
        }
        at = skipBlanks(payload, at, lineEnd);
        return at < lineEnd && payload.get(at) == ':' ? skipBlanks(payload, at + 1, lineEnd) : -1;
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
        int at = from;
        while (at < end && isBlank(payload.get(at))) {
            at++;
        }
        return at;
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
