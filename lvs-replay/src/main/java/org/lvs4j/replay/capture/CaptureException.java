package org.lvs4j.replay.capture;

import java.io.IOException;

/** A capture that cannot be read. The message names the source, the byte offset and the problem. */
public final class CaptureException extends IOException {
    private static final long serialVersionUID = 1;

    private final String source;
    private final long offset;

    CaptureException(String source, long offset, String problem) {
        super(source + ": at byte " + offset + ": " + problem);
        this.source = source;
        this.offset = offset;
    }

    /** The name of the capture, as given to {@link CaptureReader#open}. */
    public String source() {
        return source;
    }

    /** The offset of the faulty bytes in the capture, counted from 0. */
    public long offset() {
        return offset;
    }
}
