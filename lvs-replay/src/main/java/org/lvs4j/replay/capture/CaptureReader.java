package org.lvs4j.replay.capture;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the IP packets of a capture in order: pcap with microseconds or nanoseconds, and pcapng
 * (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng), in either byte order. Uses about 512 KiB of memory, regardless of
 * the length of the capture. Not thread-safe.
 *
 * <pre>{@code
 * try (CaptureReader reader = CaptureReader.open(Files.newInputStream(file), file.toString())) {
 *     while (reader.next()) {
 *         if (reader.content() == CaptureReader.Content.PACKET) {
 *             System.out.println(reader.timeNanos() + " " + reader.packet().remaining() + " bytes");
 *         }
 *     }
 * }
 * }</pre>
 */
public final class CaptureReader implements Closeable {
    private static final int IPV4_HEADER_LENGTH = 20;
    private static final int IPV6_HEADER_LENGTH = 40;
    private static final int TCP_HEADER_LENGTH = 20;
    private static final int UDP_HEADER_LENGTH = 8;
    private static final int HOP_BY_HOP = 0;
    private static final int TCP = 6;
    private static final int UDP = 17;

    /** The type and the length of the option that holds the length of a jumbogram. */
    private static final int JUMBO_OPTION = 0xc204;

    private final CaptureInput input;
    private final CaptureFormat format;
    private final CaptureRecord record = new CaptureRecord();
    private final ByteBuffer packet;
    private Content content = Content.OTHER;
    private long timeNanos;

    /** The content of a frame. */
    public enum Content {
        /** A whole IP packet. */
        PACKET,
        /** The start of an IP packet whose end the capture does not have. */
        CUT,
        /** Another protocol, such as ARP. */
        OTHER,
        /** A frame of an unsupported link type. */
        UNKNOWN_LINK
    }

    private CaptureReader(CaptureInput input, CaptureFormat format) {
        this.input = input;
        this.format = format;
        packet = input.view();
    }

    /**
     * Opens a capture and reads its file header.
     *
     * @param stream the capture; need not be buffered. Closed by {@link #close}, and if this method throws
     * @param source its name in errors, usually the name of the file
     * @throws CaptureException if the stream does not start with a file header, or its link type is not supported
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
        String problem = String.format("0x%08x starts neither pcap nor pcapng", magic);
        String hint = ForeignFormat.hint(magic);
        throw input.error(0, hint == null ? problem : problem + "; " + hint);
    }

    /**
     * Reads the next frame.
     *
     * @return false at the end of the capture; see {@link #cutShort()}
     * @throws CaptureException if the capture is damaged; the reader cannot continue then
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
        boolean truncated = record.original > record.captured;
        if (packet.remaining() < header) {
            return truncated ? Content.CUT : Content.OTHER;
        }
        int length = ipv4 ? packet.getShort(at + 2) & 0xffff : IPV6_HEADER_LENGTH + (packet.getShort(at + 4) & 0xffff);
        if (isLeftToTheCard(at, ipv4, length)) {
            // The packet ends where the frame ends.
            return truncated ? Content.CUT : Content.PACKET;
        }
        if (length > packet.remaining()) {
            return Content.CUT;
        }
        // The bytes after the packet are padding and the frame check sequence.
        if (length >= header) {
            packet.limit(at + length);
        }
        return Content.PACKET;
    }

    /**
     * Whether the length of a packet is 0: the network card has yet to cut it into segments, or it is longer than
     * 65,535 bytes (a jumbogram of RFC 2675, or BIG TCP of Linux, which writes no length at all in IPv4).
     */
    private boolean isLeftToTheCard(int at, boolean ipv4, int length) {
        if (ipv4) {
            return length == 0;
        }
        int next = packet.get(at + 6) & 0xff;
        boolean tcpOrUdp = next == TCP && packet.remaining() >= IPV6_HEADER_LENGTH + TCP_HEADER_LENGTH
                || next == UDP && packet.remaining() >= IPV6_HEADER_LENGTH + UDP_HEADER_LENGTH;
        boolean jumbo = next == HOP_BY_HOP
                && packet.remaining() >= IPV6_HEADER_LENGTH + 8
                && (packet.getShort(at + IPV6_HEADER_LENGTH + 2) & 0xffff) == JUMBO_OPTION;
        return length == IPV6_HEADER_LENGTH && (tcpOrUdp || jumbo);
    }

    /** The content of the current frame. */
    public Content content() {
        return content;
    }

    /**
     * The IP packet of the current frame, from position to limit and in network byte order, without the bytes before
     * and after it in the frame. Defined for {@link Content#PACKET}, and for {@link Content#CUT} as far as it was
     * captured. Always the same buffer, overwritten by {@link #next()}; a caller may write to it.
     */
    public ByteBuffer packet() {
        return packet;
    }

    /**
     * The timestamp of the current frame in nanoseconds since 1970-01-01 UTC, never negative; the timestamp of the
     * previous frame if the frame has none.
     */
    public long timeNanos() {
        return timeNanos;
    }

    /** The link type of the current frame (LINKTYPE_ value of tcpdump.org). */
    public int linkType() {
        return record.linkType;
    }

    /** The offset in bytes of the current frame's record in the capture. */
    public long offset() {
        return record.offset;
    }

    /** The number of bytes of the capture that have been consumed. */
    public long bytesRead() {
        return input.offset();
    }

    /** Whether the capture has ended in the middle of a record, because its writer was stopped. */
    public boolean cutShort() {
        return format.cutShort();
    }

    /** Closes the stream. */
    @Override
    public void close() throws IOException {
        input.close();
    }
}
