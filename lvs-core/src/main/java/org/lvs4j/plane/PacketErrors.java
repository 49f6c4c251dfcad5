package org.lvs4j.plane;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Decision;
import org.lvs4j.FlowDispatcher;
import org.lvs4j.internal.packet.IcmpMessage;
import org.lvs4j.internal.packet.IcmpTranslation;
import org.lvs4j.internal.packet.PacketHeader;
import org.lvs4j.internal.packet.ReassemblyBuffer;
import org.lvs4j.net.Flow;

/**
 * Handles incoming ICMP messages. An error about a packet of a connection is translated and sent to the other side of
 * the connection; every other message passes. Belongs to one thread.
 *
 * <p>An ICMP error with a wrong checksum is dropped. The checksum of an ICMPv6 error from the client side is not
 * verified. For an ICMPv6 error from the server side IPVS omits the pseudo header, so that hardly any error passes; the
 * plane does the same unless it is built to verify those checksums correctly.
 */
final class PacketErrors {
    private final FlowDispatcher flows;
    private final PacketDelivery delivery;
    private final boolean serverErrorsV6;
    private final PacketHeader quoted = new PacketHeader();
    private final Flow flow = new Flow();
    private final Flow connection = new Flow();

    PacketErrors(FlowDispatcher flows, PacketDelivery delivery, boolean serverErrorsV6) {
        this.flows = flows;
        this.delivery = delivery;
        this.serverErrorsV6 = serverErrorsV6;
    }

    long handle(
            PacketHeader packet,
            @Nullable ReassemblyBuffer reassembled,
            ByteBuffer in,
            ByteBuffer out,
            int mark,
            long nowNanos) {
        if (!flows.serves(packet.family()) || !IcmpMessage.isError(packet.isV4(), in, packet.transport())) {
            return PacketOutput.PASS;
        }
        PacketHeader.Kind kind = quoted.parseQuoted(in, IcmpTranslation.quotedAt(packet), packet.end());
        if (kind != PacketHeader.Kind.TRANSPORT || quoted.family() != packet.family()) {
            return PacketOutput.PASS;
        }
        // The quoted packet travelled in the opposite direction: swap its source and destination.
        flow.set(
                        quoted.protocol(),
                        quoted.family(),
                        quoted.destinationHigh(),
                        quoted.destinationLow(),
                        quoted.destinationPort(),
                        quoted.sourceHigh(),
                        quoted.sourceLow(),
                        quoted.sourcePort())
                .mark(mark);
        if (flows.relatedReply(flow, connection)) {
            return fromServer(packet, reassembled, in, out);
        }
        long flowDecision = flows.related(flow);
        if (flowDecision == Decision.NONE) {
            return PacketOutput.PASS;
        }
        if (packet.isV4() && !IcmpTranslation.isChecksumRight(packet, in, false)) {
            return PacketOutput.DROP;
        }
        return delivery.toServer(flowDecision, packet, quoted, reassembled, in, out, nowNanos);
    }

    private long fromServer(
            PacketHeader packet, @Nullable ReassemblyBuffer reassembled, ByteBuffer in, ByteBuffer out) {
        if (!PacketDelivery.isMasqueraded(flow, connection)) {
            return PacketOutput.PASS;
        }
        boolean withPseudoHeader = !packet.isV4() && serverErrorsV6;
        if (!IcmpTranslation.isChecksumRight(packet, in, withPseudoHeader)) {
            return PacketOutput.DROP;
        }
        return delivery.refusal(packet, reassembled) != null
                ? PacketOutput.DROP
                : delivery.toClient(connection, packet, quoted, reassembled, in, out);
    }
}
