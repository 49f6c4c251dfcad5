package org.lvs4j.replay.capture;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A window of bounded size that moves over the bytes of a capture. Offsets are relative to the start of the window.
 * Belongs to one thread.
 */
final class CaptureInput implements Closeable {
    /** The largest size of the window, in bytes. */
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

    /** Sets the byte order of the integers that follow. */
    void order(ByteOrder order) {
        numbers.order(order);
    }

    ByteOrder order() {
        return numbers.order();
    }

    /** The offset of the window in the capture. */
    long offset() {
        return offset;
    }

    /** The present size of the window, in bytes. */
    int available() {
        return end - start;
    }

    /** Reads until the window has {@code count} bytes, at most {@link #CAPACITY}; false if the capture ends before. */
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

    /** Moves the window by {@code count} bytes; false if the capture ends before. */
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

    /** A buffer in network byte order with the bytes of the window, valid until the window moves. */
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes);
    }

    /** The index in {@link #view()} of an offset in the window. */
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
