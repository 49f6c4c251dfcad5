package org.lvs4j.plane;

/** The action of a {@link PacketDecision}, which the caller of a {@link PacketPlane} takes. */
public enum PacketAction {
    /**
     * The packet does not belong to a service or a connection: hand it to the host, or forward it. With a
     * {@linkplain PacketDecision#length length} of 0 this is the input packet; otherwise it is the packet in the
     * output, a fragment that the plane had kept.
     */
    PASS,
    /** Discard the packet; the output holds nothing. */
    DROP,
    /** The plane keeps the fragment until its packet is complete; the output holds nothing. */
    HOLD,
    /** Send the packet in the output to its own destination address. */
    SEND,
    /**
     * Send the packet in the output to the real server of the decision as next hop. Its destination address is the
     * virtual address.
     */
    ROUTE_DIRECT,
    /**
     * Send the packet in the output to its own destination address: an ICMP error for the sender of the input packet.
     */
    ANSWER
}
