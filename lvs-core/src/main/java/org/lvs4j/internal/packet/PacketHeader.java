package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Protocol;

/**
 * The header fields of one packet, parsed in place. Mutable and refilled for each packet, so that parsing does not
 * allocate. Belongs to one thread.
 *
 * <p>Addresses are two words each as in {@link org.lvs4j.net.Flow}; offsets are absolute positions in the buffer. The
 * accessors of a field are defined for the kinds of packets that have the field.
 */
public final class PacketHeader {
    /** What a packet is. */
    public enum Kind {
        /** Not a packet: the headers contradict each other or the length, or the IPv4 header checksum is wrong. */
        MALFORMED,
        /** A whole packet of TCP, UDP or SCTP. */
        TRANSPORT,
        /** A whole ICMP message over IPv4, or ICMPv6 message over IPv6. */
        ICMP,
        /** A fragment of a packet. */
        FRAGMENT,
        /** A whole packet of another protocol. */
        OTHER
    }

    /** The length of an IPv4 header without options. */
    public static final int IPV4_BYTES = 20;

    /** The length of an IPv6 header without extension headers. */
    public static final int IPV6_BYTES = 40;

    /** The offset of the next-header field in an IPv6 header. */
    public static final int NEXT_HEADER_V6 = 6;

    // Filled by HeaderParser.
    AddressFamily family = AddressFamily.IPV4;
    int start;
    int end;
    int ttl;
    int transport;
    int number;

    @Nullable
    Protocol protocol;

    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int ports;
    int flagsOrChunk;
    boolean dontFragment;

    // Filled for fragments only.
    int fragmentOffset;
    boolean moreFragments;
    int identification;
    int fragmentHeader;
    int beforeFragmentHeader;

    /**
     * Parses a packet. Never reads outside the range and never throws, regardless of the bytes.
     *
     * @param from where the packet starts
     * @param limit where the range ends; bytes of the range after the packet are padding
     */
    public Kind parse(ByteBuffer buffer, int from, int limit) {
        return HeaderParser.parse(this, buffer, from, limit, true);
    }

    /**
     * Parses the packet that an ICMP error quotes. It may be truncated anywhere after the ports; its IPv4 header
     * checksum is not verified.
     */
    public Kind parseQuoted(ByteBuffer buffer, int from, int limit) {
        return HeaderParser.parse(this, buffer, from, limit, false);
    }

    /** The address family. */
    public AddressFamily family() {
        return family;
    }

    /** Whether the packet is IPv4. */
    public boolean isV4() {
        return family == AddressFamily.IPV4;
    }

    /** The offset of the first byte. */
    public int start() {
        return start;
    }

    /** The offset after the last byte. */
    public int end() {
        return end;
    }

    /** The length of the packet in bytes. */
    public int length() {
        return end - start;
    }

    /** The offset of the transport header or the ICMP message. */
    public int transport() {
        return transport;
    }

    /** The length of the IP header with all options or extension headers. */
    public int headerBytes() {
        return transport - start;
    }

    /** Whether the packet is IPv4 and has options. */
    public boolean hasOptions() {
        return family == AddressFamily.IPV4 && transport - start > IPV4_BYTES;
    }

    /** The offset of the transport payload, at most {@link #end()}. */
    public int payload(ByteBuffer buffer) {
        int header = number == IpProtocol.UDP
                ? 8
                : number == IpProtocol.SCTP ? 12 : Octets.u8(buffer, transport + 12) >>> 2 & 0x3C;
        return Math.min(end, transport + header);
    }

    /** The protocol number after all extension headers. */
    public int number() {
        return number;
    }

    /** The transport protocol of a packet of kind {@link Kind#TRANSPORT}. */
    public Protocol protocol() {
        if (protocol == null) {
            throw new IllegalStateException("not a packet of a transport protocol");
        }
        return protocol;
    }

    /** Upper word of the source address. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** Lower word of the source address. */
    public long sourceLow() {
        return sourceLow;
    }

    /** Upper word of the destination address. */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** Lower word of the destination address. */
    public long destinationLow() {
        return destinationLow;
    }

    /** The source port. */
    public int sourcePort() {
        return ports >>> 16;
    }

    /** The destination port. */
    public int destinationPort() {
        return ports & 0xFFFF;
    }

    /**
     * Of a TCP segment the bits of {@link org.lvs4j.net.TcpFlags} and the other flags; of an SCTP packet the deciding
     * chunk type, see {@link org.lvs4j.net.SctpChunk}; 0 for UDP.
     */
    public int flagsOrChunk() {
        return flagsOrChunk;
    }

    /** Whether routers must not fragment the packet: the DF flag of IPv4; always true for IPv6. */
    public boolean dontFragment() {
        return dontFragment;
    }

    /** The TTL or hop limit, 0..255. */
    public int ttl() {
        return ttl;
    }

    /** The offset of the fragment's bytes within the payload of the whole packet. */
    int fragmentOffset() {
        return fragmentOffset;
    }

    boolean moreFragments() {
        return moreFragments;
    }

    int identification() {
        return identification;
    }

    /** The offset of the IPv6 fragment header. */
    int fragmentHeader() {
        return fragmentHeader;
    }

    /** The offset of the next-header field that announces the IPv6 fragment header. */
    int beforeFragmentHeader() {
        return beforeFragmentHeader;
    }
}
