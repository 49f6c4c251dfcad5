package org.lvs4j.benchmarks.packet;

import org.lvs4j.service.Forwarding;

/** How packets get to servers. */
public enum PacketMethod {
    /** Addresses, ports and checksums rewritten. */
    MASQUERADE(Forwarding.masquerade()),
    /** Inside another IP packet. */
    IPIP(Forwarding.ipip()),
    /** As they are, with one TTL less. */
    DIRECT(Forwarding.direct());

    final Forwarding forwarding;

    PacketMethod(Forwarding forwarding) {
        this.forwarding = forwarding;
    }
}
