package org.lvs4j.replay.capture;

import java.io.IOException;

/** A capture that cannot be read: the message names the file, the byte and what is wrong there. */
public final class CaptureException extends IOException {
    private static final long serialVersionUID = 1;

    private final String source;
    private final long offset;

    CaptureException(String source, long offset, String problem) {
        super(source + ": at byte " + offset + ": " + problem);
        this.source = source;
        this.offset = offset;
    }

    /** The name of the capture, usually a file. */
    public String source() {
        return source;
    }

    /** Where the bytes at fault start, counted from 0. */
    public long offset() {
        return offset;
    }
}
