package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import org.lvs4j.connection.SctpStates;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.packet.IcmpError;
import org.lvs4j.packet.PacketHeader;
import org.lvs4j.packet.Rewriting;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;

/**
 * A director for whole IP packets: it masquerades, tunnels or routes them to real servers, translates what servers answer,
 * and answers with ICMP errors where IPVS does.
 *
 * <p>Assumptions: one thread at a time uses a plane; several planes may share a director. The packet lies from position to
 * limit of {@code in}, heap or direct, read-only or not; what the plane makes of it is written from the position of
 * {@code out} on. Neither position nor limit is moved. The two buffers must not overlap.
 *
 * <p>Guarantees: any bytes get a verdict, never an exception; nothing is read outside the packet and nothing written outside
 * the remaining part of {@code out}. Established packets cost no allocation.
 *
 * <pre>{@code
 * PacketPlane plane = director.packetPlane(PacketPaths.fixed(1500, IpAddress.parse("192.168.0.1"))).build();
 * long verdict = plane.process(in, out);
 * while (PacketVerdict.length(verdict) > 0) {
 *     out.limit(out.position() + PacketVerdict.length(verdict));
 *     send(PacketVerdict.action(verdict), out);
 *     out.clear();
 *     verdict = PacketVerdict.more(verdict) ? plane.next(out) : 0;
 * }
 * }</pre>
 *
 * @see PacketVerdict
 */
public final class PacketPlane {
    private static final long DROP = PacketVerdict.of(PacketAction.DROP);
    private static final long PASS = PacketVerdict.of(PacketAction.PASS);
    /** Not the director's so far; another look-up may know better. */
    private static final long UNKNOWN = -1;

    private final Director director;
    private final Dispatch dispatch;
    private final PacketPaths paths;
    private final PacketHeader packet = new PacketHeader();
    private final Rewriting rewriting = new Rewriting();
    private final Flow flow = new Flow();
    private final Flow forward = new Flow();
    private int identification;

    private PacketPlane(Builder builder) {
        director = builder.director;
        dispatch = builder.dispatch;
        paths = builder.paths;
        identification = builder.seed;
    }

    /**
     * Decides about a packet without a firewall mark.
     *
     * @return a {@link PacketVerdict}
     */
    public long process(ByteBuffer in, ByteBuffer out) {
        return process(in, out, 0);
    }

    /**
     * Decides about a packet. What {@link #next} had still to give of the packet before is forgotten.
     *
     * @param in the packet
     * @param out where to write what is to be sent
     * @param mark the firewall mark of the packet, 0 for none
     * @return a {@link PacketVerdict}
     */
    public long process(ByteBuffer in, ByteBuffer out, int mark) {
        long now = director.advance();
        return switch (packet.parse(in, in.position(), in.limit())) {
            case MALFORMED -> DROP;
            case TRANSPORT -> transport(in, out, mark, now);
            case ICMP, FRAGMENT, OTHER -> PASS;
        };
    }

    /**
     * Gives the next packet of the last verdict, if that said that there is {@linkplain PacketVerdict#more more}.
     *
     * @return a {@link PacketVerdict}; {@link PacketAction#DROP} if there is none
     */
    public long next(ByteBuffer out) {
        requireNonNull(out, "out");
        return DROP;
    }

    private long transport(ByteBuffer in, ByteBuffer out, int mark, long now) {
        Protocol protocol = packet.protocol();
        flow.set(
                        protocol,
                        packet.family(),
                        packet.sourceHigh(),
                        packet.sourceLow(),
                        packet.sourcePort(),
                        packet.destinationHigh(),
                        packet.destinationLow(),
                        packet.destinationPort())
                .mark(mark);
        int signal = protocol == Protocol.SCTP ? SctpStates.eventOf(packet.signal()) : packet.signal();
        long decision = dispatch.established(flow, signal, packet.length(), now);
        if (decision == Decision.NONE) {
            long verdict = reply(in, out, signal, now);
            if (verdict != UNKNOWN) {
                return verdict;
            }
            decision = dispatch.packet(flow, signal, packet.length(), null, now);
        }
        return switch (Decision.verdict(decision)) {
            case FORWARD -> forward(in, out, decision);
            case PASS -> PASS;
            case REJECT ->
                answer(IcmpError.PORT_UNREACHABLE, in, out, packet.destinationHigh(), packet.destinationLow(), 0, false);
            case DROP -> DROP;
        };
    }

    // ---- from clients

    private long forward(ByteBuffer in, ByteBuffer out, long decision) {
        int id = Decision.serverId(decision);
        var state = dispatch.server(id);
        if (state == null) {
            return DROP;
        }
        RealServer server = state.config();
        IpAddress address = server.endpoint().address();
        Forwarding forwarding = server.forwarding();
        if (forwarding.tunnel() != null || address.family() != packet.family()) {
            return DROP;
        }
        if (packet.ttl(in) <= 1) {
            return answer(
                    IcmpError.TIME_EXCEEDED, in, out, packet.destinationHigh(), packet.destinationLow(), 0, false);
        }
        int mtu = paths.mtu(address.family(), address.high(), address.low());
        int length = packet.length();
        if (length > mtu) {
            return packet.dontFragment()
                    ? answer(IcmpError.TOO_BIG, in, out, packet.destinationHigh(), packet.destinationLow(), mtu, true)
                    : DROP;
        }
        if (out.remaining() < length) {
            return DROP;
        }
        if (forwarding.method() == Forwarding.Method.DIRECT) {
            Rewriting.forward(packet, in, out, out.position());
            return PacketVerdict.of(PacketAction.ROUTE_DIRECT, id, length, false);
        }
        rewriting.destination(
                packet, in, out, out.position(), address.high(), address.low(), Decision.port(decision));
        return PacketVerdict.of(PacketAction.SEND, id, length, false);
    }

    // ---- from servers

    private long reply(ByteBuffer in, ByteBuffer out, int signal, long now) {
        int length = packet.length();
        int mtu = paths.mtu(packet.family(), packet.destinationHigh(), packet.destinationLow());
        boolean expired = packet.ttl(in) <= 1;
        if (expired || length > mtu && packet.dontFragment()) {
            // A router refuses such a packet before the director sees it: no state follows it.
            if (!dispatch.relatedReply(flow, forward)) {
                return UNKNOWN;
            }
            IpAddress own = paths.source(packet.family(), packet.sourceHigh(), packet.sourceLow());
            if (!isMasqueraded()) {
                return PASS;
            }
            return own == null
                    ? DROP
                    : expired
                            ? answer(IcmpError.TIME_EXCEEDED, in, out, own.high(), own.low(), 0, false)
                            : answer(IcmpError.TOO_BIG, in, out, own.high(), own.low(), mtu, false);
        }
        if (!dispatch.reply(flow, signal, length, now, forward)) {
            return UNKNOWN;
        }
        if (!isMasqueraded()) {
            return PASS;
        }
        if (length > mtu || out.remaining() < length) {
            return DROP;
        }
        rewriting.source(
                packet,
                in,
                out,
                out.position(),
                forward.virtualHigh(),
                forward.virtualLow(),
                forward.virtualPort());
        return PacketVerdict.of(PacketAction.SEND, PacketVerdict.NO_SERVER, length, false);
    }

    /** Whether the packet of a server has to change: one that is not masqueraded answers as the virtual endpoint itself. */
    private boolean isMasqueraded() {
        return forward.virtualLow() != flow.clientLow()
                || forward.virtualHigh() != flow.clientHigh()
                || forward.virtualPort() != flow.clientPort();
    }

    // ---- answers

    private long answer(
            IcmpError error, ByteBuffer in, ByteBuffer out, long high, long low, int mtu, boolean forwarded) {
        if (!IcmpError.mayAnswer(packet) || out.remaining() < error.length(packet)) {
            return DROP;
        }
        int length =
                error.write(packet, in, out, out.position(), high, low, mtu, forwarded, identification++ & 0xFFFF);
        return PacketVerdict.of(PacketAction.ANSWER, PacketVerdict.NO_SERVER, length, false);
    }

    /** Collects what a plane needs; not thread-safe. */
    public static final class Builder {
        private final Director director;
        private final Dispatch dispatch;
        private final PacketPaths paths;
        private int seed = ThreadLocalRandom.current().nextInt();

        Builder(Director director, Dispatch dispatch, PacketPaths paths) {
            this.director = director;
            this.dispatch = dispatch;
            this.paths = paths;
        }

        /**
         * Where the plane starts to count the packets that it makes itself, and what it mixes into the source ports of GUE
         * tunnels; random by default. The same seed makes the same packets.
         */
        public Builder seed(int value) {
            seed = value;
            return this;
        }

        /** The plane. */
        public PacketPlane build() {
            return new PacketPlane(this);
        }
    }
}
