package org.lvs4j.internal.connection;

import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Protocol;

/** The effect of a packet on a connection, as pure functions from one meta word ({@link FlowRecord}) to the next. */
final class ConnectionRules {
    private static final int TCP = Protocol.TCP.number();
    private static final int UDP = Protocol.UDP.number();

    private ConnectionRules() {}

    /**
     * A connection before its first packet.
     *
     * @param direct whether the server answers the client itself, past the director
     * @param portKept whether the connection uses the virtual port at the server, not the server's own
     */
    static long initial(Protocol protocol, boolean direct, boolean portKept) {
        return FlowRecord.fields(ConnectionState.initial(protocol).ordinal(), direct, portKept, 0);
    }

    /**
     * A connection after a packet, except its deadline.
     *
     * @param protocol the IANA number
     * @param event the flags of a TCP segment or an event of {@link SctpStates}; ignored for UDP
     * @param defence whether the TCP table of {@code secure_tcp} applies
     */
    static long follow(long meta, int protocol, boolean fromClient, int event, boolean defence) {
        int direction = !fromClient
                ? ConnectionStates.OUTPUT
                : FlowRecord.has(meta, FlowRecord.NO_OUTPUT) ? ConnectionStates.INPUT_ONLY : ConnectionStates.INPUT;
        int next;
        if (protocol == TCP) {
            next = TcpStates.next(FlowRecord.state(meta), direction, event, defence);
        } else if (protocol == UDP) {
            next = ConnectionState.UDP.ordinal();
        } else {
            next = SctpStates.next(state(meta), direction, event).ordinal();
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
