package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Receives bytes in frames, up to a frame that ends them. Not thread-safe. */
final class FrameInput extends InputStream {
    private final Source source;
    private byte[] payload = {};
    private int at;
    private boolean ended;

    /** Gives one frame after another. */
    interface Source {
        /** The bytes of the next frame, or null if it is the one that ends them. */
        byte @Nullable [] next() throws IOException;
    }

    FrameInput(Source source) {
        this.source = source;
    }

    private boolean fill() throws IOException {
        while (!ended && at == payload.length) {
            byte[] next = source.next();
            ended = next == null;
            payload = next == null ? new byte[0] : next;
            at = 0;
        }
        return !ended;
    }

    @Override
    public int read() throws IOException {
        return fill() ? payload[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        } else if (!fill()) {
            return -1;
        }
        int count = Math.min(length, payload.length - at);
        System.arraycopy(payload, at, bytes, offset, count);
        at += count;
        return count;
    }
}
