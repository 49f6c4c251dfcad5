package org.lvs4j.replay.capture;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/**
 * Writes IP packets as a capture: pcap with nanoseconds in little-endian byte order and the link type raw IP (101),
 * because the packets have no frames. Not thread-safe.
 *
 * <pre>{@code
 * try (CaptureWriter writer = CaptureWriter.open(Files.newOutputStream(file))) {
 *     writer.write(TimeUnit.SECONDS.toNanos(1_700_000_000), packet);
 * }
 * }</pre>
 */
public final class CaptureWriter implements Closeable {
    private static final int BUFFER_LENGTH = 1 << 18;
    private static final long MAX_SECONDS = 0xffff_ffffL;

    private final OutputStream stream;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);

    private CaptureWriter(OutputStream stream) {
        this.stream = stream;
        buffer.putInt(PcapFormat.MAGIC_NANOS)
                .putShort((short) PcapFormat.VERSION_MAJOR)
                .putShort((short) PcapFormat.VERSION_MINOR)
                .putInt(0)
                .putInt(0)
                .putInt(CaptureRecord.MAX_CAPTURED)
                .putInt(LinkType.RAW);
    }

    /**
     * Starts a capture. Its file header is written with the first packets, by {@link #flush} or by {@link #close}.
     *
     * @param stream receives the capture; need not be buffered. Closed by {@link #close}
     */
    public static CaptureWriter open(OutputStream stream) {
        return new CaptureWriter(requireNonNull(stream, "stream"));
    }

    /**
     * Writes a packet, into a buffer at first.
     *
     * @param timeNanos the timestamp in nanoseconds since 1970-01-01 UTC; a time that the format cannot represent
     *     (before 1970, after 2106) becomes the nearest one that it can
     * @param packet an IP packet of at most 128 KiB, from position to limit; its position does not change
     * @throws IllegalArgumentException if the packet is longer
     * @throws IOException if the stream cannot be written
     */
    public void write(long timeNanos, ByteBuffer packet) throws IOException {
        write(timeNanos, packet, requireNonNull(packet, "packet").remaining());
    }

    /**
     * Writes the start of a packet, into a buffer at first.
     *
     * @param timeNanos the timestamp, as above
     * @param packet the start of an IP packet, at most 128 KiB, from position to limit; its position does not change
     * @param originalBytes the length of the whole packet
     * @throws IllegalArgumentException if the start is longer than 128 KiB, or than the packet
     * @throws IOException if the stream cannot be written
     */
    public void write(long timeNanos, ByteBuffer packet, int originalBytes) throws IOException {
        int length = requireNonNull(packet, "packet").remaining();
        if (originalBytes < length) {
            throw new IllegalArgumentException(length + " bytes of a packet of " + originalBytes);
        }
        if (length > BUFFER_LENGTH / 2) {
            throw new IllegalArgumentException(
                    "a packet of " + length + " bytes; at most " + BUFFER_LENGTH / 2 + " can be written");
        }
        if (buffer.remaining() < PcapFormat.RECORD_HEADER_LENGTH + length) {
            drain();
        }
        long time = Math.max(0, timeNanos);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(time);
        long nanos = time - TimeUnit.SECONDS.toNanos(seconds);
        buffer.putInt((int) Math.min(MAX_SECONDS, seconds)).putInt((int) nanos);
        buffer.putInt(length).putInt(originalBytes);
        buffer.put(buffer.position(), packet, packet.position(), length);
        buffer.position(buffer.position() + length);
    }

    /**
     * Writes all buffered packets to the stream and flushes it.
     *
     * @throws IOException if the stream cannot be written
     */
    public void flush() throws IOException {
        drain();
        stream.flush();
    }

    private void drain() throws IOException {
        stream.write(buffer.array(), 0, buffer.position());
        buffer.clear();
    }

    /** Writes all buffered packets and closes the stream. */
    @Override
    public void close() throws IOException {
        try (stream) {
            drain();
        }
    }
}
