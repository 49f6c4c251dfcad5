package org.lvs4j;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.lvs4j.StateException.Reason;

/**
 * Bytes in blocks, each of which is checked before anything is read from it. Immutable.
 *
 * <h2>Format</h2>
 *
 * The line {@code lvs4j-state 1} with the version, then blocks: four bytes of length, whose highest bit marks the last
 * block, four bytes of checksum, the content. Numbers are in network order. The checksum is CRC-32C over the number of
 * the block, which begins at 0, the length with its mark, and the content: so a block that changes, is missing, moves
 * or is repeated is found. Nothing follows the last block.
 */
final class StateBlocks {
    static final int VERSION = 1;

    private static final String NAME = "lvs4j-state ";
    private static final byte[] HEADER = (NAME + VERSION + "\n").getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_VERSION_DIGITS = 6;
    private static final int BLOCK_HEADER_BYTES = 8;
    private static final int LAST = Integer.MIN_VALUE;

    /** The most bytes of content in a block. */
    static final int MAX_BLOCK_BYTES = 1 << 16;

    private final List<byte[]> blocks;
    private final long bytes;

    StateBlocks(List<byte[]> blocks) {
        this.blocks = List.copyOf(blocks);
        long sum = HEADER.length;
        for (byte[] block : this.blocks) {
            sum += BLOCK_HEADER_BYTES + block.length;
        }
        bytes = sum;
    }

    /** The number of blocks, at least 1. */
    int count() {
        return blocks.size();
    }

    byte[] block(int index) {
        return blocks.get(index);
    }

    /** The number of bytes that {@link #writeTo} writes. */
    long bytes() {
        return bytes;
    }

    void writeTo(OutputStream output) throws IOException {
        output.write(HEADER);
        for (int i = 0; i < blocks.size(); i++) {
            byte[] block = blocks.get(i);
            int length = block.length | (i == blocks.size() - 1 ? LAST : 0);
            output.write(ByteBuffer.allocate(BLOCK_HEADER_BYTES)
                    .putInt(length)
                    .putInt(checksum(i, length, block))
                    .array());
            output.write(block);
        }
    }

    private static int checksum(int index, int length, byte[] block) {
        CRC32C sum = new CRC32C();
        sum.update(ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(index)
                .putInt(length)
                .flip());
        sum.update(block);
        return (int) sum.getValue();
    }

    /**
     * Reads everything up to the end of a stream.
     *
     * @param maxBytes the most bytes to read
     */
    static StateBlocks read(InputStream input, long maxBytes) throws IOException {
        readHeader(input);
        long left = Math.max(0, maxBytes) - HEADER.length;
        List<byte[]> blocks = new ArrayList<>();
        boolean last = false;
        while (!last) {
            byte[] header = input.readNBytes(BLOCK_HEADER_BYTES);
            if (header.length < BLOCK_HEADER_BYTES) {
                throw damaged("its end is missing");
            }
            ByteBuffer numbers = ByteBuffer.wrap(header);
            int length = numbers.getInt();
            last = (length & LAST) != 0;
            int size = length & ~LAST;
            if (size > MAX_BLOCK_BYTES) {
                throw damaged("block " + blocks.size() + " has an impossible length");
            }
            left -= BLOCK_HEADER_BYTES + size;
            if (left < 0) {
                throw new StateException(Reason.TOO_LARGE, "more than " + maxBytes + " bytes of state");
            }
            byte[] block = input.readNBytes(size);
            if (block.length < size) {
                throw damaged("its end is missing");
            }
            if (numbers.getInt() != checksum(blocks.size(), length, block)) {
                throw damaged("the checksum of block " + blocks.size() + " is wrong");
            }
            blocks.add(block);
        }
        if (input.read() >= 0) {
            throw damaged("more bytes follow its end");
        }
        return new StateBlocks(blocks);
    }

    private static void readHeader(InputStream input) throws IOException {
        byte[] name = NAME.getBytes(StandardCharsets.US_ASCII);
        for (byte expected : name) {
            int next = input.read();
            if (next < 0) {
                throw damaged("its end is missing");
            } else if (next != expected) {
                throw new StateException(Reason.FOREIGN, "not the state of a director");
            }
        }
        int version = 0;
        for (int digits = 0; ; digits++) {
            int next = input.read();
            if (next < 0) {
                throw damaged("its end is missing");
            } else if (next == '\n' && digits > 0) {
                break;
            } else if (next < '0' || next > '9' || digits == MAX_VERSION_DIGITS) {
                throw damaged("its version is not a number");
            }
            version = version * 10 + next - '0';
        }
        if (version > VERSION) {
            throw new StateException(
                    Reason.NEWER, "state of version " + version + "; this release reads version " + VERSION);
        } else if (version < VERSION) {
            throw damaged("there is no version " + version);
        }
    }

    static StateException damaged(String problem) {
        return new StateException(Reason.DAMAGED, "damaged state: " + problem);
    }
}
