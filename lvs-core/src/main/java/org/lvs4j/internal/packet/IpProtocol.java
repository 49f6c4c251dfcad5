package org.lvs4j.internal.packet;

/** Numbers of protocols and of IPv6 extension headers, as IANA lists them. */
public final class IpProtocol {
    /** IPv6 hop-by-hop options. */
    static final int HOP_BY_HOP = 0;
    /** Internet control messages. */
    public static final int ICMP = 1;
    /** IPv4 in a tunnel. */
    public static final int IPV4 = 4;
    /** Transmission control. */
    public static final int TCP = 6;
    /** User datagrams. */
    public static final int UDP = 17;
    /** IPv6 in a tunnel. */
    public static final int IPV6 = 41;
    /** IPv6 routing header. */
    static final int ROUTING = 43;
    /** IPv6 fragment header. */
    static final int FRAGMENT = 44;
    /** Generic routing encapsulation. */
    public static final int GRE = 47;
    /** Authentication header. */
    static final int AUTHENTICATION = 51;
    /** Internet control messages of IPv6. */
    public static final int ICMPV6 = 58;
    /** IPv6: nothing follows. */
    static final int NO_NEXT = 59;
    /** IPv6 destination options. */
    static final int DESTINATION_OPTIONS = 60;
    /** Stream control transmission. */
    public static final int SCTP = 132;

    private IpProtocol() {}
}
