package org.lvs4j.replay.capture;

/** One packet of a capture, filled by its format. The packet's data start at the beginning of the input's window. */
final class CaptureRecord {
    /** The largest size of a captured packet, in bytes: the default snapshot length of tcpdump. */
    static final int MAX_CAPTURED = 262_144;

    /** The time of a record without a timestamp. */
    static final long NO_TIME = Long.MIN_VALUE;

    /** Nanoseconds since 1970, never negative, or {@link #NO_TIME}. */
    long timeNanos;

    int linkType;

    /** The number of bytes of the packet in the capture. */
    int captured;

    /** The original length of the packet, in bytes. */
    long original;

    /** The offset of the record in the capture. */
    long offset;
}
