package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/** Splits received bytes into frames. Holds at most one frame of the longest kind. Not thread-safe. */
final class FrameBuffer {
    private static final int INITIAL_BYTES = 1024;

    private ByteBuffer received = ByteBuffer.allocate(INITIAL_BYTES).flip();

    /** Receives what fits after the last frame; returns the number of bytes, or -1 at the end of the stream. */
    int receive(ReadableByteChannel channel) throws IOException {
        received.compact();
        try {
            return channel.read(received);
        } finally {
            received.flip();
        }
    }

    /**
     * The next frame, or null if it has not arrived completely.
     *
     * @throws ProtocolException if the bytes are not a frame
     */
    @Nullable
    Frame next() throws ProtocolException {
        if (received.remaining() < Frame.HEADER_BYTES) {
            return null;
        }
        FrameType type = FrameType.of(received.get(received.position()));
        int length = received.getInt(received.position() + 1);
        if (type == null || length < 0 || length > Frame.MAX_PAYLOAD_BYTES) {
            throw new ProtocolException("not a frame of the control protocol");
        }
        if (received.remaining() < Frame.HEADER_BYTES + length) {
            if (received.capacity() < Frame.HEADER_BYTES + length) {
                received = ByteBuffer.allocate(Frame.HEADER_BYTES + Frame.MAX_PAYLOAD_BYTES)
                        .put(received)
                        .flip();
            }
            return null;
        }
        byte[] payload = new byte[length];
        received.position(received.position() + Frame.HEADER_BYTES);
        received.get(payload);
        return new Frame(type, payload);
    }

    /** Whether a frame has begun and not ended. */
    boolean isInsideFrame() {
        return received.hasRemaining();
    }
}
