package org.lvs4j.replay.fuzz;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** The flows of all input packets. */
final class SeenFlows {
    private final Set<Long> flows = new HashSet<>();
    private final Set<Integer> unclear = new HashSet<>();

    /** Adds a packet. The flow of a fragment whose packet is unknown stays unclear. */
    void add(ReferencePacket input, ReferencePacket whole) {
        if (whole == null) {
            unclear.add(Arrays.hashCode(input.source));
        } else if (whole.hasPorts() && whole.bytes.length >= whole.transport + 4) {
            flows.add(
                    key(whole.protocol, whole.source, whole.sourcePort(), whole.destination, whole.destinationPort()));
        }
    }

    /** Whether a client has sent a packet to a virtual endpoint, or may have in an unclear flow. */
    boolean hasSent(int protocol, byte[] client, int clientPort, byte[] virtual, int virtualPort) {
        return flows.contains(key(protocol, client, clientPort, virtual, virtualPort))
                || unclear.contains(Arrays.hashCode(client));
    }

    private static long key(int protocol, byte[] client, int clientPort, byte[] virtual, int virtualPort) {
        long key = protocol;
        for (byte[] address : new byte[][] {client, virtual}) {
            for (byte b : address) {
                key = key * 0x9E37_79B9_7F4A_7C15L + b;
            }
        }
        return (key * 65_599 + clientPort) * 65_599 + virtualPort;
    }
}
