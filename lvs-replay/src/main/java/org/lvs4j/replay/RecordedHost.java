package org.lvs4j.replay;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/**
 * The host of the recordings' director, as far as the recordings show its behaviour: it forwards packets for other
 * addresses; for its own addresses it answers echo requests, resets TCP connections and reports closed ports. Belongs
 * to one thread.
 */
final class RecordedHost {
    private final RecordedNetwork network;
    private int identification = 1;

    RecordedHost(RecordedNetwork network) {
        this.network = network;
    }

    /**
     * Handles a packet that the director has passed to the host.
     *
     * @return the length of the packet that the host sends, 0 if it sends none
     */
    int handle(ByteBuffer in, ByteBuffer out) {
        IpPacket packet = IpPacket.read(in, in.position(), in.limit());
        if (packet == null || packet.fragment()) {
            return 0;
        }
        if (!RecordedNetwork.isLocal(packet.destination())) {
            return forward(packet, out);
        }
        if (packet.isIcmp()) {
            return HostPackets.echoReply(packet, out, nextIdentification());
        }
        Protocol protocol = packet.protocol();
        if (protocol == null) {
            return 0;
        }
        return protocol == Protocol.TCP
                ? HostPackets.reset(packet, out)
                : HostPackets.error(
                        HostPackets.IcmpErrorType.PORT_UNREACHABLE,
                        packet,
                        out,
                        packet.destination(),
                        nextIdentification());
    }

    private int forward(IpPacket packet, ByteBuffer out) {
        if (packet.ttl() <= 1) {
            IpAddress own = network.source(packet.source());
            return HostPackets.error(HostPackets.IcmpErrorType.TIME_EXCEEDED, packet, out, own, nextIdentification());
        }
        return HostPackets.forward(packet, out);
    }

    private int nextIdentification() {
        return identification++ & 0xFFFF;
    }

    /** The wire on which the host sends a packet, by its routes; null if the bytes are not a packet. */
    static @Nullable Wire wireOf(ByteBuffer out, int length) {
        int at = out.position();
        IpPacket packet = IpPacket.read(out, at, at + length);
        return packet == null ? null : RecordedNetwork.wireTo(packet.destination());
    }
}
