package org.lvs4j.replay.capture;

import java.io.IOException;

/** A file format of captures. */
interface CaptureFormat {
    /**
     * Moves the input to the data of the next packet.
     *
     * @return false at the end of the capture, or if the capture ends in the middle of a record
     * @throws CaptureException if the bytes violate the format
     */
    boolean next(CaptureRecord record) throws IOException;

    /** Whether the capture has ended in the middle of a record. */
    boolean cutShort();
}
