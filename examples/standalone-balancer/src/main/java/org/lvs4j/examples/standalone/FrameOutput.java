package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.OutputStream;

/** Sends bytes in frames of one type. Closing does nothing. Not thread-safe. */
final class FrameOutput extends OutputStream {
    private final FrameChannel frames;
    private final FrameType type;

    FrameOutput(FrameChannel frames, FrameType type) {
        this.frames = frames;
        this.type = type;
    }

    @Override
    public void write(int octet) throws IOException {
        frames.write(type, new byte[] {(byte) octet});
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int at = 0; at < length; at += Frame.MAX_PAYLOAD_BYTES) {
            frames.write(type, bytes, offset + at, Math.min(Frame.MAX_PAYLOAD_BYTES, length - at));
        }
    }
}
