package org.lvs4j.replay.capture;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/** Builds captures byte by byte. */
final class CaptureBytes {
    static final int MICROS = 0xa1b2c3d4;
    static final int NANOS = 0xa1b23c4d;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ByteOrder order;

    CaptureBytes(ByteOrder order) {
        this.order = order;
    }

    static CaptureBytes pcap(ByteOrder order, int magic, int linkType) {
        return new CaptureBytes(order)
                .u32(magic)
                .u16(2)
                .u16(4)
                .u32(0)
                .u32(0)
                .u32(262_144)
                .u32(linkType);
    }

    static CaptureBytes pcapng(ByteOrder order) {
        return new CaptureBytes(order).section();
    }

    /** An IPv4 packet with a payload whose bytes equal the last byte of the source address. */
    static byte[] ipv4(int host, int payload) {
        byte[] packet = new byte[20 + payload];
        ByteBuffer.wrap(packet)
                .put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) packet.length)
                .putInt(0)
                .put((byte) 64)
                .put((byte) 17)
                .putShort((short) 0)
                .putInt(0x0a010000 | host)
                .putInt(0x0a000064);
        Arrays.fill(packet, 20, packet.length, (byte) host);
        return packet;
    }

    static byte[] ipv6(int payload) {
        byte[] packet = new byte[40 + payload];
        ByteBuffer.wrap(packet)
                .putInt(0x60000000)
                .putShort((short) payload)
                .put((byte) 17)
                .put((byte) 64);
        return packet;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    CaptureBytes u16(int value) {
        bytes.writeBytes(
                ByteBuffer.allocate(2).order(order).putShort((short) value).array());
        return this;
    }

    CaptureBytes u32(long value) {
        bytes.writeBytes(ByteBuffer.allocate(4).order(order).putInt((int) value).array());
        return this;
    }

    CaptureBytes u64(long value) {
        bytes.writeBytes(ByteBuffer.allocate(8).order(order).putLong(value).array());
        return this;
    }

    CaptureBytes raw(byte[] data) {
        bytes.writeBytes(data);
        return this;
    }

    CaptureBytes padded(byte[] data) {
        return raw(data).raw(new byte[-data.length & 3]);
    }

    CaptureBytes record(long seconds, int fraction, byte[] data) {
        return record(seconds, fraction, data, data.length);
    }

    CaptureBytes record(long seconds, int fraction, byte[] data, int original) {
        return u32(seconds).u32(fraction).u32(data.length).u32(original).raw(data);
    }

    CaptureBytes block(int type, byte[] body) {
        int length = 12 + (body.length + 3 & ~3);
        return u32(type).u32(length).padded(body).u32(length);
    }

    CaptureBytes section() {
        CaptureBytes body =
                new CaptureBytes(order).u32(0x1a2b3c4d).u16(1).u16(0).u64(-1);
        return block(0x0a0d0d0a, body.array());
    }

    CaptureBytes with(CaptureBytes other) {
        return raw(other.array());
    }

    CaptureBytes described(int linkType, int snapLength, byte[] options) {
        return block(
                1,
                new CaptureBytes(order)
                        .u16(linkType)
                        .u16(0)
                        .u32(snapLength)
                        .raw(options)
                        .array());
    }

    CaptureBytes option(int code, byte[] value) {
        return u16(code).u16(value.length).padded(value);
    }

    CaptureBytes enhanced(int from, long units, byte[] data) {
        return enhanced(from, units, data, data.length, new byte[0]);
    }

    CaptureBytes enhanced(int from, long units, byte[] data, int original, byte[] options) {
        return block(
                6,
                new CaptureBytes(order)
                        .u32(from)
                        .u32(units >>> 32)
                        .u32(units)
                        .u32(data.length)
                        .u32(original)
                        .padded(data)
                        .raw(options)
                        .array());
    }

    CaptureBytes old(int from, long units, byte[] data) {
        return block(
                2,
                new CaptureBytes(order)
                        .u16(from)
                        .u16(7)
                        .u32(units >>> 32)
                        .u32(units)
                        .u32(data.length)
                        .u32(data.length)
                        .padded(data)
                        .array());
    }

    CaptureBytes simple(int original, byte[] data) {
        return block(3, new CaptureBytes(order).u32(original).padded(data).array());
    }

    byte[] array() {
        return bytes.toByteArray();
    }
}
