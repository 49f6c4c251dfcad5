package org.lvs4j.replay.capture;

/** One packet of a capture, filled in by its format. The data start at the beginning of the input's window. */
final class CaptureRecord {
    /** More bytes of one packet are no packet: what common tools also take as the limit. */
    static final int MAX_CAPTURED = 262_144;

    /** What a record without a time of its own has. */
    static final long NO_TIME = Long.MIN_VALUE;

    /** Nanoseconds since 1970, never negative, or {@link #NO_TIME}. */
    long timeNanos;

    int linkType;

    /** How many bytes of the packet the capture has. */
    int captured;

    /** How many bytes the packet had. */
    long original;

    /** Where the record starts in the capture. */
    long offset;
}
