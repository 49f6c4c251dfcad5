package org.lvs4j.plane;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Decision;
import org.lvs4j.Director;
import org.lvs4j.FlowDispatcher;
import org.lvs4j.internal.packet.IcmpError;
import org.lvs4j.internal.packet.IcmpTranslation;
import org.lvs4j.internal.packet.Ipv4Options;
import org.lvs4j.internal.packet.PacketHeader;
import org.lvs4j.internal.packet.ReassemblyBuffer;
import org.lvs4j.internal.packet.Rewriting;
import org.lvs4j.internal.packet.Tunnelling;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Forwarding.Tunnel;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.Sysctl;

/**
 * Brings packets to where the director has decided: to servers by their forwarding method, and back to clients. Checks the
 * TTL and the size first, in the order of the kernel. Belongs to one thread.
 */
final class PacketDelivery {
    private static final int MIN_MTU_V6 = 1280;

    private final Director director;
    private final FlowDispatcher flows;
    private final PacketPaths paths;
    private final PacketOutput output;
    private final PacketAnswers answers;
    private final Rewriting rewriting = new Rewriting();
    private final int seed;

    PacketDelivery(Director director, PacketPaths paths, PacketOutput output, PacketAnswers answers, int seed) {
        this.director = director;
        this.flows = director.flows();
        this.paths = paths;
        this.output = output;
        this.answers = answers;
        this.seed = seed;
    }

    /**
     * Brings a packet of a client, or an ICMP error about one that went to a client, to a server.
     *
     * @param decision which server
     * @param quoted the packet that an ICMP error quotes; null if this is none
     * @param whole what the packet was put together from, or null
     */
    long toServer(
            long decision,
            PacketHeader packet,
            @Nullable PacketHeader quoted,
            @Nullable ReassemblyBuffer whole,
            ByteBuffer in,
            ByteBuffer out,
            long nowNanos) {
        int id = Decision.serverId(decision);
        RealServer server = flows.server(id);
        if (server == null) {
            return PacketOutput.DROP;
        }
        IpAddress address = server.endpoint().address();
        // A connection keeps to what its server was when it was made: masqueraded, or not.
        boolean direct = Decision.direct(decision);
        Tunnel tunnel = direct ? server.forwarding().tunnel() : null;
        boolean v4 = packet.isV4();
        if (tunnel == null && address.isV4() != v4) {
            return PacketOutput.DROP;
        }
        int pathMtu = paths.mtu(address.family(), address.high(), address.low());
        int overhead = tunnel == null ? 0 : Tunnelling.overhead(tunnel, address.isV4());
        int mtu = pathMtu - overhead;
        if (tunnel != null && mtu < (address.isV4() ? PacketPaths.MIN_MTU : MIN_MTU_V6)) {
            return PacketOutput.DROP;
        }
        if (packet.ttl() <= 1) {
            return quoted != null
                    ? PacketOutput.DROP
                    : answers.toClient(IcmpError.TIME_EXCEEDED, packet, in, out, 0, nowNanos);
        }
        int length = packet.length();
        boolean discovers = tunnel == null || director.sysctl(Sysctl.PMTU_DISC) != 0;
        if (v4 ? length > mtu && packet.dontFragment() && discovers && quoted == null : largest(length, whole) > mtu) {
            return quoted != null
                    ? PacketOutput.DROP
                    : answers.toClient(IcmpError.TOO_BIG, packet, in, out, mtu, nowNanos);
        }
        // Wrapped, the packet is as good as one that came whole.
        boolean fragmented = length > mtu || whole != null && tunnel == null;
        ByteBuffer target = output.room(out, length + overhead, fragmented);
        if (target == null) {
            return PacketOutput.DROP;
        }
        int at = target.position();
        PacketAction action = PacketAction.SEND;
        if (tunnel != null) {
            IpAddress own = paths.source(address.family(), address.high(), address.low());
            if (own == null) {
                return PacketOutput.DROP;
            }
            Tunnelling.write(
                    packet,
                    in,
                    target,
                    at,
                    tunnel,
                    own,
                    address,
                    discovers,
                    answers.nextIdentification() & 0xFFFF,
                    seed);
        } else if (direct) {
            Rewriting.forward(packet, in, target, at);
            action = PacketAction.ROUTE_DIRECT;
        } else if (quoted != null) {
            IcmpTranslation.toServer(
                    packet, quoted, in, target, at, address.high(), address.low(), Decision.port(decision));
        } else {
            rewriting.destination(packet, in, target, at, address.high(), address.low(), Decision.port(decision));
        }
        if (v4 && packet.hasOptions()) {
            Ipv4Options.record(target, at + overhead, packet.headerBytes(), (int) packet.destinationLow());
        }
        if (!fragmented) {
            return PacketOutput.whole(action, id, length + overhead);
        }
        return tunnel == null
                ? fragments(action, id, packet, whole, target, pathMtu, out)
                : output.fragments(
                        action,
                        id,
                        target,
                        length + overhead,
                        address.isV4(),
                        address.isV4() ? PacketHeader.IPV4_BYTES : PacketHeader.IPV6_BYTES,
                        answers.nextIdentification(),
                        pathMtu,
                        null,
                        out);
    }

    private static int largest(int length, @Nullable ReassemblyBuffer whole) {
        return whole == null ? length : whole.largestFragment();
    }

    private long fragments(
            PacketAction action,
            int id,
            PacketHeader packet,
            @Nullable ReassemblyBuffer whole,
            ByteBuffer target,
            int mtu,
            ByteBuffer out) {
        return output.fragments(
                action,
                id,
                target,
                packet.length(),
                packet.isV4(),
                whole == null ? packet.headerBytes() : whole.headerBytes(),
                answers.nextIdentification(),
                mtu,
                whole,
                out);
    }

    /** Which error a router would send to a server instead of passing its packet on to a client; null for none. */
    @Nullable
    IcmpError refusal(PacketHeader packet, @Nullable ReassemblyBuffer whole, ByteBuffer in) {
        if (packet.ttl() <= 1) {
            return IcmpError.TIME_EXCEEDED;
        }
        boolean tooBig = packet.isV4()
                ? packet.dontFragment() && packet.length() > mtuToClient(packet)
                : largest(packet.length(), whole) > mtuToClient(packet);
        return tooBig ? IcmpError.TOO_BIG : null;
    }

    /** The size that fits through to the destination of a packet, which is a client. */
    int mtuToClient(PacketHeader packet) {
        return paths.mtu(packet.family(), packet.destinationHigh(), packet.destinationLow());
    }

    /**
     * Brings a packet of a server, or an ICMP error about one that went to a server, to its client, as if it came from the
     * virtual endpoint.
     */
    long toClient(
            Flow connection,
            PacketHeader packet,
            @Nullable PacketHeader quoted,
            @Nullable ReassemblyBuffer whole,
            ByteBuffer in,
            ByteBuffer out) {
        int length = packet.length();
        int mtu = mtuToClient(packet);
        boolean fragmented = length > mtu || whole != null;
        ByteBuffer target = output.room(out, length, fragmented);
        if (target == null) {
            return PacketOutput.DROP;
        }
        long high = connection.destinationHigh();
        long low = connection.destinationLow();
        int at = target.position();
        if (quoted != null) {
            IcmpTranslation.toClient(packet, quoted, in, target, at, high, low, connection.destinationPort());
        } else {
            rewriting.source(packet, in, target, at, high, low, connection.destinationPort());
        }
        if (packet.isV4() && packet.hasOptions()) {
            IpAddress own = paths.source(packet.family(), packet.destinationHigh(), packet.destinationLow());
            if (own != null) {
                Ipv4Options.record(target, at, packet.headerBytes(), (int) own.low());
            }
        }
        return fragmented
                ? fragments(PacketAction.SEND, PacketDecision.NO_SERVER, packet, whole, target, mtu, out)
                : PacketOutput.whole(PacketAction.SEND, PacketDecision.NO_SERVER, length);
    }
}
