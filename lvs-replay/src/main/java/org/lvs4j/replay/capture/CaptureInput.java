package org.lvs4j.replay.capture;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A window that moves over the bytes of a capture, whose length is of no concern. Positions are relative to the start of
 * the window.
 */
final class CaptureInput implements Closeable {
    /** How many bytes the window can show at a time. */
    static final int CAPACITY = 1 << 19;

    private final InputStream stream;
    private final String source;
    private final byte[] bytes = new byte[CAPACITY];
    private final ByteBuffer numbers = ByteBuffer.wrap(bytes);
    private int start;
    private int end;
    private long offset;

    CaptureInput(InputStream stream, String source) {
        this.stream = stream;
        this.source = source;
    }

    /** Sets how the numbers that follow are written. */
    void order(ByteOrder order) {
        numbers.order(order);
    }

    ByteOrder order() {
        return numbers.order();
    }

    /** Where the window starts, from the beginning of the capture. */
    long offset() {
        return offset;
    }

    /** How many bytes the window shows now. */
    int available() {
        return end - start;
    }

    /** Reads until the window shows so many bytes, at most {@link #CAPACITY}; false if the capture ends before. */
    boolean has(int count) throws IOException {
        if (bytes.length - start < count) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        }
        while (end - start < count) {
            int read = stream.read(bytes, end, bytes.length - end);
            if (read < 0) {
                return false;
            }
            end += read;
        }
        return true;
    }

    /** Moves the window on; false if the capture ends before. */
    boolean skip(long count) throws IOException {
        long left = count;
        while (left > end - start) {
            left -= end - start;
            offset += end - start;
            start = 0;
            end = 0;
            if (!has(1)) {
                return false;
            }
        }
        start += (int) left;
        offset += left;
        return true;
    }

    int unsignedByte(int at) {
        return bytes[start + at] & 0xff;
    }

    int unsignedShort(int at) {
        return numbers.getShort(start + at) & 0xffff;
    }

    int integer(int at) {
        return numbers.getInt(start + at);
    }

    long unsignedInteger(int at) {
        return numbers.getInt(start + at) & 0xffff_ffffL;
    }

    long longInteger(int at) {
        return numbers.getLong(start + at);
    }

    /** Bytes of the window as they are until it moves; in network order. */
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes);
    }

    /** Where a position of the window lies in {@link #view()}. */
    int indexOf(int at) {
        return start + at;
    }

    CaptureException error(long at, String problem) {
        return new CaptureException(source, at, problem);
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
