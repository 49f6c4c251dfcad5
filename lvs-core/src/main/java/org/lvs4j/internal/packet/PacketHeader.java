package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Protocol;

/**
 * What the headers of one packet say, read in place. Mutable and refilled for each packet, so that reading does not allocate;
 * belongs to one thread. It never reads outside the range given and throws nothing, whatever the bytes.
 *
 * <p>Addresses are two words each as in {@link org.lvs4j.net.Flow}; offsets are absolute places in the buffer.
 */
public final class PacketHeader {
    /** What has been found. */
    public enum Kind {
        /** Not a packet: the headers contradict each other or the length, or an IPv4 header's checksum is wrong. */
        MALFORMED,
        /** Whole, and of a transport protocol that has ports. */
        TRANSPORT,
        /** Whole, and an ICMP or ICMPv6 message. */
        ICMP,
        /** A part of a packet. */
        FRAGMENT,
        /** Whole, and of another protocol. */
        OTHER
    }

    /** The length of an IPv4 header without options. */
    public static final int IPV4_BYTES = 20;

    /** The length of an IPv6 header without extensions. */
    public static final int IPV6_BYTES = 40;

    /** Where in an IPv6 header the number of what follows stands. */
    public static final int NEXT_HEADER_V6 = 6;

    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int OFFSET_MASK = 0x1FFF;
    /** More extension headers than any sender has use for. */
    private static final int MAX_EXTENSIONS = 16;

    private AddressFamily family = AddressFamily.IPV4;
    private int start;
    private int end;
    private int ttl;
    private int transport;
    private int number;
    private @Nullable Protocol protocol;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int ports;
    private int signal;
    private boolean dontFragment;

    // Of fragments only.
    private int fragmentOffset;
    private boolean moreFragments;
    private int identification;
    private int fragmentHeader;
    private int beforeFragmentHeader;

    /** Reads the packet that starts at a place and ends at or before another; what follows it is padding. */
    public Kind parse(ByteBuffer buffer, int from, int limit) {
        start = from;
        int available = limit - from;
        if (available < IPV4_BYTES) {
            return Kind.MALFORMED;
        }
        return switch (Octets.u8(buffer, from) >>> 4) {
            case 4 -> parse4(buffer, available, true);
            case 6 -> available < IPV6_BYTES ? Kind.MALFORMED : parse6(buffer, limit, available, true);
            default -> Kind.MALFORMED;
        };
    }

    /**
     * Reads the packet that an ICMP error quotes. It may be cut off anywhere behind its ports, and its IPv4 checksum does not
     * matter.
     */
    public Kind parseQuoted(ByteBuffer buffer, int from, int limit) {
        start = from;
        int available = limit - from;
        if (available < IPV4_BYTES) {
            return Kind.MALFORMED;
        }
        return switch (Octets.u8(buffer, from) >>> 4) {
            case 4 -> parse4(buffer, available, false);
            case 6 -> available < IPV6_BYTES ? Kind.MALFORMED : parse6(buffer, limit, available, false);
            default -> Kind.MALFORMED;
        };
    }

    private Kind parse4(ByteBuffer buffer, int available, boolean whole) {
        family = AddressFamily.IPV4;
        // Three loads hold the whole header; everything else is in registers.
        long first = Octets.i64(buffer, start);
        long second = Octets.i64(buffer, start + 8);
        int third = Octets.i32(buffer, start + 16);
        int headerBytes = (int) (first >>> 54) & 0x3C;
        int length = (int) (first >>> 32) & 0xFFFF;
        if (headerBytes < IPV4_BYTES || headerBytes > available || length < headerBytes) {
            return Kind.MALFORMED;
        }
        if (whole) {
            long sum = Checksum.sum(first) + Checksum.sum(second) + (third & 0xFFFF_FFFFL);
            if (headerBytes > IPV4_BYTES) {
                sum += Checksum.sum(buffer, start + IPV4_BYTES, headerBytes - IPV4_BYTES);
            }
            if (length > available || Checksum.fold(sum) != 0xFFFF) {
                return Kind.MALFORMED;
            }
        }
        end = start + Math.min(length, available);
        transport = start + headerBytes;
        sourceHigh = 0;
        sourceLow = second & 0xFFFF_FFFFL;
        destinationHigh = 0;
        destinationLow = third & 0xFFFF_FFFFL;
        ttl = (int) (second >>> 56);
        number = (int) (second >>> 48) & 0xFF;
        int fragment = (int) first & 0xFFFF;
        dontFragment = (fragment & DONT_FRAGMENT) != 0;
        if ((fragment & (MORE_FRAGMENTS | OFFSET_MASK)) != 0) {
            moreFragments = (fragment & MORE_FRAGMENTS) != 0;
            fragmentOffset = (fragment & OFFSET_MASK) << 3;
            identification = (int) (first >>> 16) & 0xFFFF;
            if (whole || fragmentOffset != 0) {
                return Kind.FRAGMENT;
            }
        }
        return parseTransport(buffer, whole);
    }

    private Kind parse6(ByteBuffer buffer, int limit, int available, boolean whole) {
        family = AddressFamily.IPV6;
        int word = Octets.i32(buffer, start + 4);
        int length = IPV6_BYTES + (word >>> 16);
        if (whole && length > available) {
            return Kind.MALFORMED;
        }
        end = Math.min(start + length, limit);
        sourceHigh = Octets.i64(buffer, start + 8);
        sourceLow = Octets.i64(buffer, start + 16);
        destinationHigh = Octets.i64(buffer, start + 24);
        destinationLow = Octets.i64(buffer, start + 32);
        dontFragment = true;
        int nextField = start + 6;
        int at = start + IPV6_BYTES;
        int next = word >>> 8 & 0xFF;
        ttl = word & 0xFF;
        if (next != IpProtocol.TCP && next != IpProtocol.UDP) {
            for (int count = 0; isExtension(next); count++) {
                if (count == MAX_EXTENSIONS || end - at < 8) {
                    return Kind.MALFORMED;
                }
                if (next == IpProtocol.FRAGMENT) {
                    int fragment = Octets.u16(buffer, at + 2);
                    moreFragments = (fragment & 1) != 0;
                    fragmentOffset = fragment & 0xFFF8;
                    identification = Octets.i32(buffer, at + 4);
                    fragmentHeader = at;
                    beforeFragmentHeader = nextField;
                    number = Octets.u8(buffer, at);
                    // Even a fragment that is the whole packet comes out without its header.
                    if (whole || fragmentOffset != 0) {
                        return Kind.FRAGMENT;
                    }
                }
                int bytes = extensionBytes(buffer, next, at);
                if (bytes > end - at) {
                    return Kind.MALFORMED;
                }
                nextField = at;
                next = Octets.u8(buffer, at);
                at += bytes;
            }
        }
        number = next;
        transport = at;
        return parseTransport(buffer, whole);
    }

    private static boolean isExtension(int next) {
        return switch (next) {
            case IpProtocol.HOP_BY_HOP,
                    IpProtocol.ROUTING,
                    IpProtocol.FRAGMENT,
                    IpProtocol.AUTHENTICATION,
                    IpProtocol.DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    private static int extensionBytes(ByteBuffer buffer, int type, int at) {
        int length = Octets.u8(buffer, at + 1);
        return switch (type) {
            case IpProtocol.FRAGMENT -> 8;
            case IpProtocol.AUTHENTICATION -> (length + 2) * 4;
            default -> (length + 1) * 8;
        };
    }

    private Kind parseTransport(ByteBuffer buffer, boolean whole) {
        int available = end - transport;
        int least;
        switch (number) {
            case IpProtocol.TCP -> {
                protocol = Protocol.TCP;
                least = 20;
            }
            case IpProtocol.UDP -> {
                protocol = Protocol.UDP;
                least = 8;
            }
            case IpProtocol.SCTP -> {
                protocol = Protocol.SCTP;
                least = 12;
            }
            case IpProtocol.ICMP -> {
                protocol = null;
                return family == AddressFamily.IPV4 ? icmp(available) : Kind.OTHER;
            }
            case IpProtocol.ICMPV6 -> {
                protocol = null;
                return family == AddressFamily.IPV6 ? icmp(available) : Kind.OTHER;
            }
            default -> {
                protocol = null;
                return Kind.OTHER;
            }
        }
        if (available < (whole ? least : 4)) {
            return Kind.MALFORMED;
        }
        ports = Octets.i32(buffer, transport);
        if (whole) {
            signal = switch (protocol) {
                case TCP -> Octets.u8(buffer, transport + 13);
                case UDP -> 0;
                case SCTP -> SctpChunks.signal(buffer, transport + 12, end);
            };
        }
        return Kind.TRANSPORT;
    }

    private static Kind icmp(int available) {
        return available < IcmpMessage.HEADER_BYTES ? Kind.MALFORMED : Kind.ICMP;
    }

    /** The family. */
    public AddressFamily family() {
        return family;
    }

    /** Whether it is IPv4. */
    public boolean isV4() {
        return family == AddressFamily.IPV4;
    }

    /** Where the packet starts. */
    public int start() {
        return start;
    }

    /** Where the packet ends. */
    public int end() {
        return end;
    }

    /** The length of the packet in bytes. */
    public int length() {
        return end - start;
    }

    /** Where the transport header or the ICMP message starts. */
    public int transport() {
        return transport;
    }

    /** The length of the IP header with all options or extensions. */
    public int headerBytes() {
        return transport - start;
    }

    /** Whether it is an IPv4 packet with options. */
    public boolean hasOptions() {
        return family == AddressFamily.IPV4 && transport - start > IPV4_BYTES;
    }

    /** Where what the transport header carries starts, never behind the end. */
    public int payload(ByteBuffer buffer) {
        int header = number == IpProtocol.UDP
                ? 8
                : number == IpProtocol.SCTP ? 12 : Octets.u8(buffer, transport + 12) >>> 2 & 0x3C;
        return Math.min(end, transport + header);
    }

    /** The number of the protocol after all extension headers. */
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

    /** The flags of a TCP segment or the chunk type of an SCTP packet, as the director wants it. */
    public int signal() {
        return signal;
    }

    /** Whether routers must not fragment it: the flag of IPv4, always for IPv6. */
    public boolean dontFragment() {
        return dontFragment;
    }

    /** The TTL or hop limit. */
    public int ttl() {
        return ttl;
    }

    /** Where in the packet the fragment's bytes belong. */
    int fragmentOffset() {
        return fragmentOffset;
    }

    boolean moreFragments() {
        return moreFragments;
    }

    int identification() {
        return identification;
    }

    /** Where the fragment header of IPv6 starts. */
    int fragmentHeader() {
        return fragmentHeader;
    }

    /** Where the number of the fragment header stands that makes it follow. */
    int beforeFragmentHeader() {
        return beforeFragmentHeader;
    }
}
