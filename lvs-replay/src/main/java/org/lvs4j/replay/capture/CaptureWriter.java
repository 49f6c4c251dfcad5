package org.lvs4j.replay.capture;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/**
 * Writes IP packets as a capture: pcap with nanoseconds and the link type of raw IP, since nobody knows what frames
 * they would have travelled in. Not thread-safe.
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
     * Starts a capture.
     *
     * @param stream closed when the writer is; need not be buffered
     */
    public static CaptureWriter open(OutputStream stream) {
        return new CaptureWriter(requireNonNull(stream, "stream"));
    }

    /**
     * Writes a packet.
     *
     * @param timeNanos nanoseconds since 1970; what does not fit into the format (before 1970, after 2106) becomes the
     *     nearest that does
     * @param packet an IP packet from position to limit, of at most 128 KiB; not moved
     * @throws IllegalArgumentException if the packet is longer
     * @throws IOException if the stream cannot be written
     */
    public void write(long timeNanos, ByteBuffer packet) throws IOException {
        int length = packet.remaining();
        if (length > BUFFER_LENGTH / 2) {
            throw new IllegalArgumentException("a packet of " + length + " bytes");
        }
        if (buffer.remaining() < PcapFormat.RECORD_HEADER_LENGTH + length) {
            drain();
        }
        long time = Math.max(0, timeNanos);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(time);
        long nanos = time - TimeUnit.SECONDS.toNanos(seconds);
        buffer.putInt((int) Math.min(MAX_SECONDS, seconds)).putInt((int) nanos);
        buffer.putInt(length).putInt(length);
        buffer.put(buffer.position(), packet, packet.position(), length);
        buffer.position(buffer.position() + length);
    }

    /** Hands all packets so far to the stream. */
    public void flush() throws IOException {
        drain();
        stream.flush();
    }

    private void drain() throws IOException {
        stream.write(buffer.array(), 0, buffer.position());
        buffer.clear();
    }

    @Override
    public void close() throws IOException {
        try (stream) {
            drain();
        }
    }
}
