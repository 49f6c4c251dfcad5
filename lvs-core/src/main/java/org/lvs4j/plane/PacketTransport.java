package org.lvs4j.plane;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Decision;
import org.lvs4j.FlowDispatcher;
import org.lvs4j.internal.packet.IcmpError;
import org.lvs4j.internal.packet.PacketHeader;
import org.lvs4j.internal.packet.ReassemblyBuffer;
import org.lvs4j.net.Flow;

/**
 * Handles incoming TCP, UDP and SCTP packets: those of clients and those of servers. The order of look-ups is that of
 * IPVS: a known connection of a client, then a reply of a server, then a new connection. Belongs to one thread.
 */
final class PacketTransport {
    /** No connection has a reply like this packet. */
    private static final long UNKNOWN = -1;

    private final FlowDispatcher flows;
    private final PacketAnswers answers;
    private final PacketDelivery delivery;
    private final Flow flow = new Flow();
    private final Flow connection = new Flow();

    // A read-only view of the last input, reused while the caller passes the same buffer.
    private @Nullable ByteBuffer viewed;
    private @Nullable ByteBuffer view;

    PacketTransport(FlowDispatcher flows, PacketAnswers answers, PacketDelivery delivery) {
        this.flows = flows;
        this.answers = answers;
        this.delivery = delivery;
    }

    long handle(
            PacketHeader packet,
            @Nullable ReassemblyBuffer reassembled,
            ByteBuffer in,
            ByteBuffer out,
            int mark,
            long nowNanos) {
        flow.set(
                        packet.protocol(),
                        packet.family(),
                        packet.sourceHigh(),
                        packet.sourceLow(),
                        packet.sourcePort(),
                        packet.destinationHigh(),
                        packet.destinationLow(),
                        packet.destinationPort())
                .mark(mark);
        int flagsOrChunk = packet.flagsOrChunk();
        long flowDecision = flows.dispatchKnown(flow, flagsOrChunk, packet.length(), nowNanos);
        if (flowDecision == Decision.NONE) {
            long decision = reply(packet, reassembled, in, out, nowNanos);
            if (decision != UNKNOWN) {
                return decision;
            }
            flowDecision = flows.dispatch(flow, flagsOrChunk, packet.length(), payload(packet, in), nowNanos);
        }
        return switch (Decision.verdict(flowDecision)) {
            case FORWARD -> delivery.toServer(flowDecision, packet, null, reassembled, in, out, nowNanos);
            case PASS -> PacketOutput.PASS;
            case REJECT -> answers.toClient(IcmpError.PORT_UNREACHABLE, packet, in, out, 0, nowNanos);
            case DROP -> PacketOutput.DROP;
        };
    }

    private long reply(
            PacketHeader packet, @Nullable ReassemblyBuffer reassembled, ByteBuffer in, ByteBuffer out, long nowNanos) {
        IcmpError refusal = delivery.refusal(packet, reassembled);
        if (refusal != null) {
            // In the kernel, routing refuses such a packet before IPVS sees it, so the connection keeps its state.
            if (!flows.relatedReply(flow, connection)) {
                return UNKNOWN;
            }
            int mtu = refusal == IcmpError.TOO_BIG ? delivery.mtuToClient(packet) : 0;
            return PacketDelivery.isMasqueraded(flow, connection)
                    ? answers.toServer(refusal, packet, in, out, mtu, nowNanos)
                    : PacketOutput.PASS;
        }
        if (!flows.dispatchReply(flow, packet.flagsOrChunk(), packet.length(), connection, nowNanos)) {
            return UNKNOWN;
        }
        return PacketDelivery.isMasqueraded(flow, connection)
                ? delivery.toClient(connection, packet, null, reassembled, in, out)
                : PacketOutput.PASS;
    }

    /** The payload of the transport header, for persistence engines. */
    private ByteBuffer payload(PacketHeader packet, ByteBuffer in) {
        ByteBuffer payload = view;
        if (payload == null || viewed != in) {
            payload = in.asReadOnlyBuffer();
            view = payload;
            viewed = in;
        }
        return payload.limit(packet.end()).position(packet.payload(in));
    }
}
