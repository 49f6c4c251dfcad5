package org.lvs4j.netty.tun;

/**
 * What a TUN plane has done. Immutable. Counters start at zero with the plane and never go back; each is exact, all
 * together are read one after the other.
 *
 * @param received packets read from the device
 * @param sent packets written that go to a server by their own destination, or to a client with the virtual address
 * @param direct packets handed to a server of direct routing
 * @param answered answers of the director's own, such as ICMP errors
 * @param passed packets of servers that are not the director's, written as they were
 * @param unserved packets for a virtual address that no service is responsible for; they are dropped
 * @param dropped packets dropped by decision
 * @param held fragments kept until the rest of their packet comes
 * @param notWritten packets that the kernel did not take
 */
public record TunSnapshot(
        long received,
        long sent,
        long direct,
        long answered,
        long passed,
        long unserved,
        long dropped,
        long held,
        long notWritten) {}
