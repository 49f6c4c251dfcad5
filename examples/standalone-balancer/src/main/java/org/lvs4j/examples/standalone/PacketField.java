package org.lvs4j.examples.standalone;

import java.util.Set;

/**
 * Names the field of a packet that a byte belongs to, also inside tunnels and inside the packet that an
 * ICMP error quotes.
 */
final class PacketField {
    private static final int ICMP = 1;
    private static final int IPV4 = 4;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int IPV6 = 41;
    private static final int FRAGMENT = 44;
    private static final int GRE = 47;
    private static final int ICMPV6 = 58;

    /** Types of ICMP messages that quote a packet. */
    private static final Set<Integer> QUOTING = Set.of(3, 4, 5, 11, 12);

    private static final int FIRST_INFORMATIONAL_V6 = 128;

    private static final String[] IPV4_FIELDS = {
        "version and header length",
        "type of service",
        "length",
        "length",
        "id",
        "id",
        "flags and fragment offset",
        "flags and fragment offset",
        "TTL",
        "protocol",
        "header checksum",
        "header checksum",
        "source",
        "source",
        "source",
        "source",
        "destination",
        "destination",
        "destination",
        "destination"
    };
    private static final String[] TCP_FIELDS = {
        "source port",
        "source port",
        "destination port",
        "destination port",
        "sequence number",
        "sequence number",
        "sequence number",
        "sequence number",
        "acknowledgement",
        "acknowledgement",
        "acknowledgement",
        "acknowledgement",
        "header length",
        "flags",
        "window",
        "window",
        "checksum",
        "checksum",
        "urgent pointer",
        "urgent pointer"
    };
    private static final String[] UDP_FIELDS = {
        "source port", "source port", "destination port", "destination port", "length", "length", "checksum", "checksum"
    };
    private static final String[] ICMP_FIELDS = {
        "type", "code", "checksum", "checksum", "rest of header", "rest of header", "rest of header", "rest of header"
    };

    private final byte[] bytes;
    private final int at;

    private PacketField(byte[] bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    /** The name, for example {@code IPv4 TTL} or {@code IPv4 GRE IPv6 TCP checksum}. Any bytes give a name. */
    static String name(byte[] packet, int at) {
        return new PacketField(packet, at).ip(0);
    }

    private int octet(int position) {
        return position < bytes.length ? bytes[position] & 0xff : 0;
    }

    private String ip(int start) {
        int version = octet(start) >> 4;
        if (version == 4) {
            return "IPv4 " + ipv4(start);
        }
        return version == 6 ? "IPv6 " + ipv6(start) : payload(start);
    }

    private String ipv4(int start) {
        int header = Math.max(20, (octet(start) & 0xf) * 4);
        if (at < start + header) {
            return at < start + 20 ? IPV4_FIELDS[at - start] : "option";
        }
        boolean first = (octet(start + 6) & 0x1f) == 0 && octet(start + 7) == 0;
        return first ? transport(octet(start + 9), start + header) : "fragment, " + payload(start + header);
    }

    private String ipv6(int start) {
        int offset = at - start;
        if (offset < 40) {
            return offset < 4
                    ? "version, traffic class and flow label"
                    : offset < 6
                            ? "payload length"
                            : offset == 6
                                    ? "next header"
                                    : offset == 7 ? "hop limit" : offset < 24 ? "source" : "destination";
        }
        int next = octet(start + 6);
        if (next != FRAGMENT) {
            return transport(next, start + 40);
        }
        if (offset < 48) {
            return "fragment header";
        }
        boolean first = octet(start + 42) == 0 && (octet(start + 43) & 0xf8) == 0;
        return first ? transport(octet(start + 40), start + 48) : "fragment, " + payload(start + 48);
    }

    private String transport(int protocol, int start) {
        return switch (protocol) {
            case TCP -> "TCP " + header(TCP_FIELDS, start, Math.max(20, (octet(start + 12) >> 4) * 4));
            case UDP -> "UDP " + header(UDP_FIELDS, start, 8);
            case ICMP -> icmp(start, QUOTING.contains(octet(start)));
            case ICMPV6 -> icmp(start, octet(start) < FIRST_INFORMATIONAL_V6);
            case IPV4, IPV6 -> ip(start);
            case GRE -> at < start + gre(start) ? "GRE header" : "GRE " + ip(start + gre(start));
            default -> "protocol " + protocol + ", " + payload(start);
        };
    }

    private String icmp(int start, boolean quotes) {
        return at >= start + 8 && quotes
                ? "ICMP error about " + ip(start + 8)
                : "ICMP " + header(ICMP_FIELDS, start, 8);
    }

    private int gre(int start) {
        return (octet(start) & 0x80) == 0 ? 4 : 8;
    }

    private String header(String[] fields, int start, int length) {
        int offset = at - start;
        if (offset < fields.length) {
            return fields[offset];
        }
        return offset < length ? "option" : payload(start + length);
    }

    private String payload(int start) {
        return "payload byte " + (at - start);
    }
}
