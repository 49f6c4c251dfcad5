package org.lvs4j.netty.tun;

/**
 * The counters of a TUN plane at one moment. Immutable. All counters start at zero with the plane and never decrease;
 * each is exact, but they are read one after the other.
 *
 * @param received packets read from the device
 * @param sent packets written that go to a server by their own destination, or to a client with the virtual
 *     address as source
 * @param direct packets written to the device of a server of direct routing
 * @param answered packets that the director itself sent, such as ICMP errors
 * @param passed packets that are not the director's, written unchanged
 * @param unserved packets for a virtual address that belong to no service; they are dropped
 * @param dropped packets dropped by decision
 * @param held fragments kept until the rest of their packet arrives
 * @param notWritten packets that the kernel did not take
 * @param repairs commands of the set-up that were run again, because something else had undone their effect
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
        long notWritten,
        long repairs) {}
