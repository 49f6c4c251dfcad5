package org.lvs4j.internal.connection;

import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Protocol;

/** What packets make of a connection: functions from one meta word ({@link FlowRecord}) to the next. They change nothing. */
final class ConnectionRules {
    private static final int TCP = Protocol.TCP.number();
    private static final int UDP = Protocol.UDP.number();

    private ConnectionRules() {}

    /**
     * A connection before its first packet.
     *
     * @param direct whether the server's packets do not pass the director
     * @param portKept whether the server is asked on the virtual port rather than on its own
     */
    static long initial(Protocol protocol, boolean direct, boolean portKept) {
        return FlowRecord.fields(ConnectionState.initial(protocol).ordinal(), direct, portKept, 0);
    }

    /**
     * A connection after a packet, the deadline aside.
     *
     * @param protocol the IANA number
     * @param signal the flags of a TCP segment or the event of an SCTP packet; ignored for UDP
     * @param defence whether the TCP table of {@code secure_tcp} rules
     */
    static long follow(long meta, int protocol, boolean fromClient, int signal, boolean defence) {
        Direction direction = !fromClient
                ? Direction.OUTPUT
                : FlowRecord.has(meta, FlowRecord.NO_OUTPUT) ? Direction.INPUT_ONLY : Direction.INPUT;
        int next;
        if (protocol == TCP) {
            next = TcpStates.next(FlowRecord.state(meta), direction.ordinal(), signal, defence);
        } else if (protocol == UDP) {
            next = ConnectionState.UDP.ordinal();
        } else {
            next = SctpStates.next(state(meta), direction, signal).ordinal();
        }
        long after = FlowRecord.withState(meta, next);
        return fromClient ? FlowRecord.withPacket(after) : after & ~FlowRecord.NO_OUTPUT;
    }

    static ConnectionState state(long meta) {
        return ConnectionStates.of(FlowRecord.state(meta));
    }

    static boolean active(long meta) {
        return ConnectionStates.active(FlowRecord.state(meta));
    }

    /** Whether a packet in this direction shows that the connection works. */
    static boolean confirms(long meta, int protocol, boolean fromClient) {
        return ConnectionStates.established(state(meta)) || !fromClient && protocol == UDP;
    }
}
