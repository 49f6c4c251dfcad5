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
 * ICMP errors that come in: those about packets of a connection go to the other side of it. Belongs to one thread.
 *
 * <p>A wrong checksum of ICMP drops the error. That of ICMPv6 is not looked at for errors from the client's side; for those
 * from the server's side IPVS forgets the pseudo header, so that hardly any passes. Here that is a choice.
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
            @Nullable ReassemblyBuffer whole,
            ByteBuffer in,
            ByteBuffer out,
            int mark,
            long nowNanos) {
        if (!flows.serves(packet.family()) || !IcmpMessage.isError(packet.isV4(), in, packet.transport())) {
            return PacketPlane.PASS;
        }
        PacketHeader.Kind kind = quoted.parseQuoted(in, IcmpTranslation.quotedAt(packet), packet.end());
        if (kind != PacketHeader.Kind.TRANSPORT || quoted.family() != packet.family()) {
            return PacketPlane.PASS;
        }
        // The other end's packet is quoted: its destination is who answers.
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
            return fromServer(packet, whole, in, out);
        }
        long decision = flows.related(flow);
        if (decision == Decision.NONE) {
            return PacketPlane.PASS;
        }
        if (packet.isV4() && !IcmpTranslation.isChecksumRight(packet, in, false)) {
            return PacketOutput.DROP;
        }
        return delivery.toServer(decision, packet, quoted, whole, in, out, nowNanos);
    }

    private long fromServer(PacketHeader packet, @Nullable ReassemblyBuffer whole, ByteBuffer in, ByteBuffer out) {
        if (!PacketPlane.isMasqueraded(flow, connection)) {
            return PacketPlane.PASS;
        }
        boolean withPseudoHeader = !packet.isV4() && serverErrorsV6;
        if (!IcmpTranslation.isChecksumRight(packet, in, withPseudoHeader)) {
            return PacketOutput.DROP;
        }
        return delivery.refusal(packet, whole, in) != null
                ? PacketOutput.DROP
                : delivery.toClient(connection, packet, quoted, whole, in, out);
    }
}
