package org.lvs4j.benchmarks.packet;

import org.lvs4j.service.Forwarding;

/** The forwarding methods that are measured. */
public enum PacketMethod {
    /** LVS-NAT: addresses, ports and checksums are rewritten. */
    MASQUERADE(Forwarding.masquerade()),
    /** LVS-TUN: the packet is encapsulated in another IP packet. */
    IPIP(Forwarding.ipip()),
    /** LVS-DR: only the TTL is decremented. */
    DIRECT(Forwarding.direct());

    final Forwarding forwarding;

    PacketMethod(Forwarding forwarding) {
        this.forwarding = forwarding;
    }
}
