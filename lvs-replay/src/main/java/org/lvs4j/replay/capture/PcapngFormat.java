package org.lvs4j.replay.capture;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The pcapng format (draft-ietf-opsawg-pcapng): sections in either byte order, each with its own interfaces.
 * Blocks without a packet are skipped. The only options that are read are the time resolution and the time offset
 * of an interface.
 */
final class PcapngFormat implements CaptureFormat {
    static final int SECTION = 0x0a0d0d0a;

    private static final int INTERFACE = 1;
    private static final int OLD_PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;
    private static final int BYTE_ORDER = 0x1a2b3c4d;
    private static final int VERSION_MAJOR = 1;
    private static final int MAX_INTERFACES = 1 << 16;

    private static final int BLOCK_HEADER_LENGTH = 8;
    private static final int LENGTH_LENGTH = 4;
    private static final int MIN_BLOCK_LENGTH = BLOCK_HEADER_LENGTH + LENGTH_LENGTH;
    private static final int MIN_SECTION_LENGTH = 28;
    private static final int MIN_INTERFACE_LENGTH = 20;

    private static final int END_OF_OPTIONS = 0;
    private static final int TIME_RESOLUTION = 9;
    private static final int TIME_OFFSET = 14;

    private final CaptureInput input;
    private final List<Interface> interfaces = new ArrayList<>();

    /** The unread bytes of the current block, including its trailing length; 0 before the first block. */
    private long unread;

    private long blockOffset;
    private long blockLength;
    private boolean cutShort;

    private record Interface(int linkType, long snapLength, TimeScale clock) {}

    PcapngFormat(CaptureInput input) {
        this.input = input;
    }

    @Override
    public boolean next(CaptureRecord record) throws IOException {
        while (nextBlock()) {
            int type = input.integer(0);
            switch (type) {
                case SECTION -> section();
                case INTERFACE -> addInterface();
                case ENHANCED_PACKET, OLD_PACKET, SIMPLE_PACKET -> {
                    return packet(type, record);
                }
                default -> {}
            }
            if (cutShort) {
                return false;
            }
        }
        return false;
    }

    @Override
    public boolean cutShort() {
        return cutShort;
    }

    /** Moves to the start of the next block and verifies its length. */
    private boolean nextBlock() throws IOException {
        if (cutShort || !endBlock() || !input.has(BLOCK_HEADER_LENGTH)) {
            cutShort |= input.available() > 0;
            return false;
        }
        if (input.integer(0) == SECTION && !readByteOrder()) {
            return false;
        }
        blockOffset = input.offset();
        blockLength = input.unsignedInteger(LENGTH_LENGTH);
        if (blockLength < MIN_BLOCK_LENGTH || blockLength % 4 != 0) {
            throw input.error(
                    blockOffset + LENGTH_LENGTH,
                    "a block of " + blockLength + " bytes; expected a multiple of 4, at least " + MIN_BLOCK_LENGTH);
        }
        unread = blockLength;
        return true;
    }

    private boolean endBlock() throws IOException {
        if (unread == 0) {
            return true;
        }
        if (!input.skip(unread - LENGTH_LENGTH) || !input.has(LENGTH_LENGTH)) {
            cutShort = true;
            return false;
        }
        long length = input.unsignedInteger(0);
        if (length != blockLength) {
            throw input.error(
                    input.offset(),
                    "the block that starts at byte " + blockOffset + " has length " + blockLength + " at its start and "
                            + length + " at its end");
        }
        unread = 0;
        return input.skip(LENGTH_LENGTH);
    }

    private boolean readByteOrder() throws IOException {
        if (!input.has(BLOCK_HEADER_LENGTH + LENGTH_LENGTH)) {
            cutShort = true;
            return false;
        }
        int magic = input.integer(BLOCK_HEADER_LENGTH);
        if (magic == Integer.reverseBytes(BYTE_ORDER)) {
            input.order(input.order() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        } else if (magic != BYTE_ORDER) {
            throw input.error(
                    input.offset() + BLOCK_HEADER_LENGTH,
                    "0x" + Integer.toHexString(magic) + " says nothing about the byte order; expected 0x1a2b3c4d");
        }
        return true;
    }

    private void section() throws IOException {
        if (!load(MIN_SECTION_LENGTH, MIN_SECTION_LENGTH, "section header")) {
            return;
        }
        int major = input.unsignedShort(12);
        if (major != VERSION_MAJOR) {
            throw input.error(
                    blockOffset + 12, "pcapng of version " + major + "." + input.unsignedShort(14) + "; expected 1.0");
        }
        interfaces.clear();
    }

    private void addInterface() throws IOException {
        if (!load(MIN_INTERFACE_LENGTH, blockLength, "interface description")) {
            return;
        }
        if (interfaces.size() == MAX_INTERFACES) {
            throw input.error(blockOffset, "more than " + MAX_INTERFACES + " interfaces in one section");
        }
        interfaces.add(new Interface(input.unsignedShort(8), input.unsignedInteger(12), clock()));
    }

    private TimeScale clock() throws CaptureException {
        int resolution = TimeScale.MICROSECONDS.exponent();
        long offset = 0;
        int end = (int) blockLength - LENGTH_LENGTH;
        int at = MIN_INTERFACE_LENGTH - LENGTH_LENGTH;
        while (at + 4 <= end) {
            int code = input.unsignedShort(at);
            int length = input.unsignedShort(at + 2);
            if (code == END_OF_OPTIONS) {
                break;
            }
            if (at + 4 + length > end) {
                throw input.error(blockOffset + at, "an option of " + length + " bytes reaches beyond its block");
            }
            if (code == TIME_RESOLUTION && length == 1) {
                resolution = input.unsignedByte(at + 4);
            } else if (code == TIME_OFFSET && length == 8) {
                offset = input.longInteger(at + 4);
            }
            at += 4 + (length + 3 & ~3);
        }
        return TimeScale.of(resolution, offset);
    }

    private boolean packet(int type, CaptureRecord record) throws IOException {
        int header = type == SIMPLE_PACKET ? 12 : 28;
        if (!load(header + LENGTH_LENGTH, header, "packet")) {
            return false;
        }
        long room = blockLength - header - LENGTH_LENGTH;
        long captured;
        Interface from;
        if (type == SIMPLE_PACKET) {
            from = interfaceOf(0);
            record.timeNanos = CaptureRecord.NO_TIME;
            record.original = input.unsignedInteger(8);
            captured = Math.min(record.original, room);
            captured = from.snapLength == 0 ? captured : Math.min(captured, from.snapLength);
        } else {
            from = interfaceOf(type == OLD_PACKET ? input.unsignedShort(8) : input.unsignedInteger(8));
            record.timeNanos = from.clock.nanos(input.unsignedInteger(12) << 32 | input.unsignedInteger(16));
            captured = input.unsignedInteger(20);
            record.original = Math.max(captured, input.unsignedInteger(24));
        }
        if (captured > room || captured > CaptureRecord.MAX_CAPTURED) {
            throw input.error(
                    blockOffset + (type == SIMPLE_PACKET ? 8 : 20),
                    "a packet of " + captured + " bytes in a block with room for " + room + "; at most "
                            + CaptureRecord.MAX_CAPTURED + " can be");
        }
        record.linkType = from.linkType;
        record.offset = blockOffset;
        record.captured = (int) captured;
        input.skip(header);
        unread -= header;
        cutShort = !input.has((int) captured);
        return !cutShort;
    }

    private Interface interfaceOf(long index) throws CaptureException {
        if (index >= interfaces.size()) {
            throw input.error(
                    blockOffset,
                    "a packet of interface " + index + ", but " + interfaces.size()
                            + " have been described in this section");
        }
        return interfaces.get((int) index);
    }

    /**
     * Reads the first bytes of the block into the window.
     *
     * @param least the smallest length of a block of this type
     * @param wanted the number of bytes
     * @return false if the capture ends before
     */
    private boolean load(int least, long wanted, String what) throws IOException {
        if (blockLength < least) {
            throw input.error(
                    blockOffset + LENGTH_LENGTH,
                    "a block of " + blockLength + " bytes is too short for a " + what + "; expected at least " + least);
        }
        if (wanted > CaptureInput.CAPACITY) {
            throw input.error(
                    blockOffset + LENGTH_LENGTH,
                    "a " + what + " of " + wanted + " bytes; at most " + CaptureInput.CAPACITY + " can be");
        }
        cutShort = !input.has((int) wanted);
        return !cutShort;
    }
}
