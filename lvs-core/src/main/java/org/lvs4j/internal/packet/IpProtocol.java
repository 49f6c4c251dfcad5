package org.lvs4j.internal.packet;

/** Protocol numbers and IPv6 extension header types of the IANA registry "Assigned Internet Protocol Numbers". */
public final class IpProtocol {
    /** IPv6 hop-by-hop options header. */
    static final int HOP_BY_HOP = 0;
    /** ICMP. */
    public static final int ICMP = 1;
    /** IPv4 encapsulation. */
    public static final int IPV4 = 4;
    /** TCP. */
    public static final int TCP = 6;
    /** UDP. */
    public static final int UDP = 17;
    /** IPv6 encapsulation. */
    public static final int IPV6 = 41;
    /** IPv6 routing header. */
    static final int ROUTING = 43;
    /** IPv6 fragment header. */
    static final int FRAGMENT = 44;
    /** GRE. */
    public static final int GRE = 47;
    /** Authentication header (AH). */
    static final int AUTHENTICATION = 51;
    /** ICMPv6. */
    public static final int ICMPV6 = 58;
    /** IPv6 destination options header. */
    static final int DESTINATION_OPTIONS = 60;
    /** SCTP. */
    public static final int SCTP = 132;

    private IpProtocol() {}
}
