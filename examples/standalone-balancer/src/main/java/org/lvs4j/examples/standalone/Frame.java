package org.lvs4j.examples.standalone;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** A frame of the control protocol: one byte of type, four bytes of length in network order, the payload. */
record Frame(FrameType type, byte[] payload) {
    /** The longest payload; longer content is split into several frames. */
    static final int MAX_PAYLOAD_BYTES = 64 * 1024;

    static final int HEADER_BYTES = 5;

    /** The bytes of a frame, ready to be sent. */
    static ByteBuffer encode(FrameType type, byte[] bytes, int offset, int length) {
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + length);
        return frame.put(type.code()).putInt(length).put(bytes, offset, length).flip();
    }

    String text() throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(payload))
                .toString();
    }
}
