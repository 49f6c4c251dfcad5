package org.lvs4j.replay;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.packet.HostAnswer;
import org.lvs4j.internal.packet.IcmpError;
import org.lvs4j.internal.packet.PacketHeader;
import org.lvs4j.internal.packet.Rewriting;
import org.lvs4j.net.IpAddress;

/**
 * The host that the director of the recordings ran on, as far as the recordings show it: it routes what is not for itself, and
 * for itself answers echo requests, refuses connections and reports ports that nobody serves.
 */
final class RecordedHost {
    private final RecordedNetwork network;
    private final PacketHeader packet = new PacketHeader();
    private int identification = 1;

    RecordedHost(RecordedNetwork network) {
        this.network = network;
    }

    /**
     * Handles a packet that the director did not want.
     *
     * @return how many bytes it has written, 0 if nothing comes out
     */
    int handle(ByteBuffer in, ByteBuffer out) {
        PacketHeader.Kind kind = packet.parse(in, in.position(), in.limit());
        if (kind == PacketHeader.Kind.MALFORMED || kind == PacketHeader.Kind.FRAGMENT) {
            return 0;
        }
        if (!RecordedNetwork.isLocal(packet.family(), packet.destinationHigh(), packet.destinationLow())) {
            return route(in, out);
        }
        if (kind == PacketHeader.Kind.ICMP) {
            return HostAnswer.echo(packet, in, out, identification++ & 0xFFFF);
        }
        if (kind == PacketHeader.Kind.OTHER) {
            return 0;
        }
        return switch (packet.protocol()) {
            case TCP -> HostAnswer.reset(packet, in, out);
            case UDP, SCTP ->
                error(IcmpError.PORT_UNREACHABLE, in, out, packet.destinationHigh(), packet.destinationLow());
        };
    }

    private int route(ByteBuffer in, ByteBuffer out) {
        if (packet.ttl() <= 1) {
            IpAddress own = network.source(packet.family(), packet.sourceHigh(), packet.sourceLow());
            return error(IcmpError.TIME_EXCEEDED, in, out, own.high(), own.low());
        }
        Rewriting.forward(packet, in, out, out.position());
        return packet.length();
    }

    private int error(IcmpError error, ByteBuffer in, ByteBuffer out, long high, long low) {
        return error.write(packet, in, out, out.position(), high, low, 0, false, identification++ & 0xFFFF);
    }

    /** Where a packet leaves by the routes of the host, or null if it is none. */
    @Nullable
    Wire wireOf(ByteBuffer out, int length) {
        int at = out.position();
        if (packet.parse(out, at, at + length) == PacketHeader.Kind.MALFORMED) {
            return null;
        }
        return RecordedNetwork.wireTo(packet.family(), packet.destinationHigh(), packet.destinationLow());
    }
}
