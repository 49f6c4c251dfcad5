package org.lvs4j.internal.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads and writes integers in network byte order at absolute offsets of a buffer, independent of the buffer's own byte
 * order. Plain access at any alignment; every access is checked against the buffer's limit.
 */
public final class Octets {
    private static final VarHandle SHORT = MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Octets() {}

    /** Reads one byte, 0..255. */
    public static int u8(ByteBuffer buffer, int at) {
        return buffer.get(at) & 0xFF;
    }

    /** Reads two bytes, 0..65535. */
    public static int u16(ByteBuffer buffer, int at) {
        return (short) SHORT.get(buffer, at) & 0xFFFF;
    }

    /** Reads four bytes. */
    public static int i32(ByteBuffer buffer, int at) {
        return (int) INT.get(buffer, at);
    }

    /** Reads eight bytes. */
    public static long i64(ByteBuffer buffer, int at) {
        return (long) LONG.get(buffer, at);
    }

    /** Writes one byte. */
    public static void put8(ByteBuffer buffer, int at, int value) {
        buffer.put(at, (byte) value);
    }

    /** Writes two bytes. */
    public static void put16(ByteBuffer buffer, int at, int value) {
        SHORT.set(buffer, at, (short) value);
    }

    /** Writes four bytes. */
    public static void put32(ByteBuffer buffer, int at, int value) {
        INT.set(buffer, at, value);
    }

    /** Writes eight bytes. */
    public static void put64(ByteBuffer buffer, int at, long value) {
        LONG.set(buffer, at, value);
    }
}
