package org.lvs4j.plane;

/** What the caller of a {@link PacketPlane} does next. */
public enum PacketAction {
    /**
     * The packet is not the director's: the host may have it. With a {@linkplain PacketDecision#length length} of 0 that is the
     * packet that was given; otherwise it stands in the output, because it had been held back as a fragment.
     */
    PASS,
    /** Nothing is to be sent. */
    DROP,
    /** A fragment is kept until the rest of its packet comes; nothing is to be sent now. */
    HOLD,
    /** The output is to be sent to its own destination address. */
    SEND,
    /**
     * The output is to be handed to the real server of the verdict as next hop, although its destination is the virtual
     * address.
     */
    ROUTE_DIRECT,
    /** The output is an answer of the director to the sender of the packet, such as an ICMP error. */
    ANSWER
}
