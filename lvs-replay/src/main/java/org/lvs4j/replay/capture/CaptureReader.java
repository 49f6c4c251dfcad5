package org.lvs4j.replay.capture;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the IP packets of a capture one after another: pcap with microseconds or nanoseconds, and pcapng, in either byte
 * order. Memory does not depend on the length of the capture. Not thread-safe.
 *
 * <pre>{@code
 * try (CaptureReader reader = CaptureReader.open(Files.newInputStream(file), file.toString())) {
 *     while (reader.next()) {
 *         if (reader.content() == CaptureReader.Content.PACKET) {
 *             look(reader.timeNanos(), reader.packet());
 *         }
 *     }
 * }
 * }</pre>
 */
public final class CaptureReader implements Closeable {
    private static final int IPV4_HEADER_LENGTH = 20;
    private static final int IPV6_HEADER_LENGTH = 40;

    private final CaptureInput input;
    private final CaptureFormat format;
    private final CaptureRecord record = new CaptureRecord();
    private final ByteBuffer packet;
    private Content content = Content.OTHER;
    private long timeNanos;

    /** What a frame of a capture is. */
    public enum Content {
        /** A whole IP packet. */
        PACKET,
        /** The start of an IP packet, of which the capture does not have the rest. */
        CUT,
        /** Something else, such as ARP. */
        OTHER,
        /** A frame of a link type that is not known. */
        UNKNOWN_LINK
    }

    private CaptureReader(CaptureInput input, CaptureFormat format) {
        this.input = input;
        this.format = format;
        packet = input.view();
    }

    /**
     * Starts to read a capture.
     *
     * @param stream closed when the reader is, or if this method fails
     * @param source what to call it in errors, usually the name of the file
     * @throws CaptureException if it does not start like a capture, or its link type is not known
     * @throws IOException if the stream cannot be read
     */
    public static CaptureReader open(InputStream stream, String source) throws IOException {
        CaptureInput input = new CaptureInput(requireNonNull(stream, "stream"), requireNonNull(source, "source"));
        try {
            return new CaptureReader(input, formatOf(input));
        } catch (IOException | RuntimeException e) {
            try {
                input.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private static CaptureFormat formatOf(CaptureInput input) throws IOException {
        if (!input.has(4)) {
            throw input.error(0, input.available() == 0 ? "it is empty" : "it ends within the first four bytes");
        }
        input.order(ByteOrder.BIG_ENDIAN);
        int magic = input.integer(0);
        if (magic == PcapngFormat.SECTION) {
            return new PcapngFormat(input);
        }
        if (PcapFormat.isMagic(magic)) {
            return PcapFormat.open(input);
        }
        String hint = magic >>> 16 == 0x1f8b ? "; it is compressed, unpack it with gunzip first" : "";
        throw input.error(0, String.format("0x%08x starts neither pcap nor pcapng%s", magic, hint));
    }

    /**
     * Goes on to the next frame.
     *
     * @return false at the end of the capture; see {@link #cutShort()}
     * @throws CaptureException if the capture is damaged; reading cannot go on then
     * @throws IOException if the stream cannot be read
     */
    public boolean next() throws IOException {
        if (!format.next(record)) {
            return false;
        }
        if (record.timeNanos != CaptureRecord.NO_TIME) {
            timeNanos = record.timeNanos;
        }
        int at = input.indexOf(0);
        packet.limit(at + record.captured).position(at);
        content = findPacket();
        return true;
    }

    private Content findPacket() {
        int start = LinkType.packetStart(record.linkType, packet);
        if (start < 0) {
            return start == LinkType.UNKNOWN ? Content.UNKNOWN_LINK : Content.OTHER;
        }
        packet.position(packet.position() + start);
        int at = packet.position();
        boolean ipv4 = packet.get(at) >> 4 == 4;
        int header = ipv4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
        int beyond = (int) Math.min(Integer.MAX_VALUE, record.original - record.captured);
        if (packet.remaining() < header) {
            return beyond > 0 ? Content.CUT : Content.OTHER;
        }
        int length = ipv4 ? packet.getShort(at + 2) & 0xffff : IPV6_HEADER_LENGTH + (packet.getShort(at + 4) & 0xffff);
        if (length > packet.remaining()) {
            return Content.CUT;
        }
        // Behind it are only the padding and the check sequence of the frame. A length of 0 is left by network cards
        // that cut a packet into pieces later.
        if (length >= header) {
            packet.limit(at + length);
        }
        return Content.PACKET;
    }

    /** What the present frame is. */
    public Content content() {
        return content;
    }

    /**
     * The present frame's IP packet from position to limit, in network order, without what the frame has before and
     * behind it. Meaningful for {@link Content#PACKET} and, as far as it goes, {@link Content#CUT}; valid until
     * {@link #next()}. It may be written to.
     */
    public ByteBuffer packet() {
        return packet;
    }

    /** When it was captured, in nanoseconds since 1970, never negative; the time of the last one if it has none. */
    public long timeNanos() {
        return timeNanos;
    }

    /** The present frame's link type. */
    public int linkType() {
        return record.linkType;
    }

    /** Where the present frame's record starts in the capture. */
    public long offset() {
        return record.offset;
    }

    /** How many bytes of the capture have been read. */
    public long bytesRead() {
        return input.offset();
    }

    /** Whether the capture has ended in the middle of a record, as if its writer was stopped. */
    public boolean cutShort() {
        return format.cutShort();
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
