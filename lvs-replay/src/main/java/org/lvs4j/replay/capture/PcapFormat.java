package org.lvs4j.replay.capture;

import java.io.IOException;
import java.nio.ByteOrder;

/** The pcap format (draft-ietf-opsawg-pcap), with microseconds or nanoseconds, in either byte order. */
final class PcapFormat implements CaptureFormat {
    static final int MAGIC_MICROS = 0xa1b2c3d4;
    static final int MAGIC_NANOS = 0xa1b23c4d;
    static final int HEADER_LENGTH = 24;
    static final int RECORD_HEADER_LENGTH = 16;
    static final int VERSION_MAJOR = 2;
    static final int VERSION_MINOR = 4;

    private static final int VERSION = 4;
    private static final int LINK_TYPE = 20;
    private static final int LINK_TYPE_MASK = 0xffff;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int NANOS_PER_MICRO = 1_000;

    private final CaptureInput input;
    private final int linkType;
    private final int nanosPerUnit;
    private long unread;
    private boolean cutShort;

    private PcapFormat(CaptureInput input, int linkType, int nanosPerUnit) {
        this.input = input;
        this.linkType = linkType;
        this.nanosPerUnit = nanosPerUnit;
    }

    /** Whether four bytes, read in network byte order, are a magic number of this format. */
    static boolean isMagic(int magic) {
        int other = Integer.reverseBytes(magic);
        return magic == MAGIC_MICROS || magic == MAGIC_NANOS || other == MAGIC_MICROS || other == MAGIC_NANOS;
    }

    /** Reads the file header of a capture that starts with a {@linkplain #isMagic magic number}. */
    static PcapFormat open(CaptureInput input) throws IOException {
        input.order(ByteOrder.BIG_ENDIAN);
        int magic = input.integer(0);
        if (magic != MAGIC_MICROS && magic != MAGIC_NANOS) {
            input.order(ByteOrder.LITTLE_ENDIAN);
            magic = input.integer(0);
        }
        if (!input.has(HEADER_LENGTH)) {
            throw input.error(0, "the file header of " + HEADER_LENGTH + " bytes is cut short");
        }
        int major = input.unsignedShort(VERSION);
        if (major != VERSION_MAJOR) {
            throw input.error(
                    VERSION, "pcap of version " + major + "." + input.unsignedShort(VERSION + 2) + "; expected 2.4");
        }
        // The upper bits describe the frame check sequence, which the reader discards.
        int linkType = input.integer(LINK_TYPE) & LINK_TYPE_MASK;
        if (!LinkType.isKnown(linkType)) {
            throw input.error(LINK_TYPE, "link type " + linkType + " is not supported; expected " + LinkType.KNOWN);
        }
        input.skip(HEADER_LENGTH);
        return new PcapFormat(input, linkType, magic == MAGIC_NANOS ? 1 : NANOS_PER_MICRO);
    }

    @Override
    public boolean next(CaptureRecord record) throws IOException {
        if (cutShort || !input.skip(unread) || !input.has(RECORD_HEADER_LENGTH)) {
            cutShort |= input.available() > 0;
            return false;
        }
        unread = 0;
        long captured = input.unsignedInteger(8);
        if (captured > CaptureRecord.MAX_CAPTURED) {
            throw input.error(
                    input.offset() + 8,
                    "a packet of " + captured + " bytes; at most " + CaptureRecord.MAX_CAPTURED + " can be");
        }
        record.offset = input.offset();
        record.timeNanos = input.unsignedInteger(0) * NANOS_PER_SECOND + input.unsignedInteger(4) * nanosPerUnit;
        record.linkType = linkType;
        record.captured = (int) captured;
        record.original = Math.max(captured, input.unsignedInteger(12));
        input.skip(RECORD_HEADER_LENGTH);
        unread = captured;
        cutShort = !input.has((int) captured);
        return !cutShort;
    }

    @Override
    public boolean cutShort() {
        return cutShort;
    }
}
