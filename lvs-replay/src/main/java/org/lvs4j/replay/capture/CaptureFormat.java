package org.lvs4j.replay.capture;

import java.io.IOException;

/** A way to write captures. */
interface CaptureFormat {
    /**
     * Moves the input to the data of the next packet, past those of the last one.
     *
     * @return false at the end of the capture, or if it ends in the middle of something
     * @throws CaptureException if the bytes are not of this format
     */
    boolean next(CaptureRecord record) throws IOException;

    /** Whether the capture has ended in the middle of something. */
    boolean cutShort();
}
