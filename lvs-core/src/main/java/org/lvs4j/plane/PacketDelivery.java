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
 * Writes packets for their destination: to real servers by the forwarding method, to clients with the virtual endpoint
 * as source. Tests the TTL first and the size next, as the kernel does. Belongs to one thread.
 */
final class PacketDelivery {
    /** The smallest MTU of an IPv6 link (RFC 8200, section 5). */
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
     * Writes a packet of a client, or an ICMP error about a packet that went to a client, for a server.
     *
     * @param flowDecision names the server and the port
     * @param quoted the packet that the ICMP error quotes; null for a packet of a client
     * @param reassembled the fragments that the packet arrived in, or null
     */
    long toServer(
            long flowDecision,
            PacketHeader packet,
            @Nullable PacketHeader quoted,
            @Nullable ReassemblyBuffer reassembled,
            ByteBuffer in,
            ByteBuffer out,
            long nowNanos) {
        int id = Decision.serverId(flowDecision);
        // The dispatcher has read this array element and this server for the same packet, so both are in the cache.
        // Passing the reference through a field would save one load and cost a store with its card mark.
        RealServer server = flows.server(id);
        if (server == null) {
            return PacketOutput.DROP;
        }
        IpAddress address = server.endpoint().address();
        // A connection keeps the kind of forwarding that its server had at the first packet: masqueraded or not.
        boolean direct = Decision.direct(flowDecision);
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
        boolean discoversMtu = tunnel == null || director.sysctl(Sysctl.PMTU_DISC) != 0;
        boolean tooBig = v4
                ? length > mtu && packet.dontFragment() && discoversMtu && quoted == null
                : largest(length, reassembled) > mtu;
        if (tooBig) {
            return quoted != null
                    ? PacketOutput.DROP
                    : answers.toClient(IcmpError.TOO_BIG, packet, in, out, mtu, nowNanos);
        }
        // A tunnel carries a reassembled packet as one packet.
        boolean fragmented = length > mtu || reassembled != null && tunnel == null;
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
            int identification = answers.nextIdentification() & 0xFFFF;
            Tunnelling.write(packet, in, target, at, tunnel, own, address, discoversMtu, identification, seed);
        } else if (direct) {
            Rewriting.forward(packet, in, target, at);
            action = PacketAction.ROUTE_DIRECT;
        } else if (quoted != null) {
            int port = Decision.port(flowDecision);
            IcmpTranslation.toServer(packet, quoted, in, target, at, address.high(), address.low(), port);
        } else {
            rewriting.destination(packet, in, target, at, address.high(), address.low(), Decision.port(flowDecision));
        }
        if (v4 && packet.hasOptions()) {
            Ipv4Options.record(target, at + overhead, packet.headerBytes(), (int) packet.destinationLow());
        }
        if (!fragmented) {
            return PacketOutput.whole(action, id, length + overhead);
        }
        return tunnel == null
                ? fragments(action, id, packet, reassembled, target, pathMtu, out)
                : tunnelFragments(action, id, target, length + overhead, address.isV4(), pathMtu, out);
    }

    private static int largest(int length, @Nullable ReassemblyBuffer reassembled) {
        return reassembled == null ? length : reassembled.largestFragment();
    }

    private long fragments(
            PacketAction action,
            int id,
            PacketHeader packet,
            @Nullable ReassemblyBuffer reassembled,
            ByteBuffer target,
            int mtu,
            ByteBuffer out) {
        return output.fragments(
                action,
                id,
                target,
                packet.length(),
                packet.isV4(),
                reassembled == null ? packet.headerBytes() : reassembled.headerBytes(),
                answers.nextIdentification(),
                mtu,
                reassembled,
                out);
    }

    private long tunnelFragments(
            PacketAction action, int id, ByteBuffer target, int length, boolean outerV4, int mtu, ByteBuffer out) {
        return output.fragments(
                action,
                id,
                target,
                length,
                outerV4,
                outerV4 ? PacketHeader.IPV4_BYTES : PacketHeader.IPV6_BYTES,
                answers.nextIdentification(),
                mtu,
                null,
                out);
    }

    /**
     * The ICMP error with which a router refuses to forward a server's packet to its client; null if it
     * forwards the packet.
     */
    @Nullable
    IcmpError refusal(PacketHeader packet, @Nullable ReassemblyBuffer reassembled) {
        if (packet.ttl() <= 1) {
            return IcmpError.TIME_EXCEEDED;
        }
        boolean tooBig = packet.isV4()
                ? packet.dontFragment() && packet.length() > mtuToClient(packet)
                : largest(packet.length(), reassembled) > mtuToClient(packet);
        return tooBig ? IcmpError.TOO_BIG : null;
    }

    /** The path MTU to the destination of a server's packet. */
    int mtuToClient(PacketHeader packet) {
        return paths.mtu(packet.family(), packet.destinationHigh(), packet.destinationLow());
    }

    /**
     * Whether a server's packet must be rewritten. A server that is not masqueraded already answers from
     * the virtual endpoint.
     */
    static boolean isMasqueraded(Flow reply, Flow connection) {
        return connection.destinationLow() != reply.sourceLow()
                || connection.destinationHigh() != reply.sourceHigh()
                || connection.destinationPort() != reply.sourcePort();
    }

    /**
     * Writes a packet of a server, or an ICMP error about a packet that went to a server, for the client, with the
     * virtual endpoint as source.
     *
     * @param connection the client as source, the virtual endpoint as destination
     * @param quoted the packet that the ICMP error quotes; null for a packet of a server
     * @param reassembled the fragments that the packet arrived in, or null
     */
    long toClient(
            Flow connection,
            PacketHeader packet,
            @Nullable PacketHeader quoted,
            @Nullable ReassemblyBuffer reassembled,
            ByteBuffer in,
            ByteBuffer out) {
        int length = packet.length();
        int mtu = mtuToClient(packet);
        boolean fragmented = length > mtu || reassembled != null;
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
                ? fragments(PacketAction.SEND, PacketDecision.NO_SERVER, packet, reassembled, target, mtu, out)
                : PacketOutput.whole(PacketAction.SEND, PacketDecision.NO_SERVER, length);
    }
}
