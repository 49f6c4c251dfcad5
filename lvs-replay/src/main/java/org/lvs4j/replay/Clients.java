package org.lvs4j.replay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.lvs4j.Decision;
import org.lvs4j.Director;
import org.lvs4j.Verdict;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;

/** The clients and servers around the director: turns events into packets of clients and replies of servers. */
final class Clients {
    /** The push flag (RFC 9293); the director ignores it. */
    private static final int PSH = 0x08;

    private static final int IPV4_HEADER_BYTES = 20;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final int TCP_HEADER_BYTES = 20;
    private static final int UDP_HEADER_BYTES = 8;
    private static final byte[] DATAGRAM = {'h', 'e', 'l', 'l', 'o'};
    private static final int PAYLOAD_BYTES = DATAGRAM.length;

    private final Director director;
    private final Map<Pair, Target> reached = new HashMap<>();
    private final Flow flow = new Flow();

    Clients(Director director) {
        this.director = director;
    }

    private record Pair(Protocol protocol, Endpoint client, Endpoint virtual) {}

    /** A server, and whether its replies pass through the director. */
    private record Target(Endpoint server, boolean repliesThroughDirector) {}

    /** Sends the packets of an event; returns the answer to the first one. */
    Answer play(Event.Traffic event, int mark) {
        return switch (event.verb()) {
            case OPEN -> open(event, mark);
            case CLOSE -> close(event, mark);
            case SYN -> send(event, mark, TcpFlags.SYN, 0);
            case RST -> send(event, mark, TcpFlags.RST | TcpFlags.ACK, 0);
            case FIN -> send(event, mark, TcpFlags.FIN | TcpFlags.ACK, 0);
            case DATA -> send(event, mark, PSH | TcpFlags.ACK, PAYLOAD_BYTES);
            case ACK -> send(event, mark, TcpFlags.ACK, 0);
            case PACKET -> send(event, mark, DATAGRAM);
            case SIP -> send(event, mark, sipRequest(event));
            case REPLY -> reply(event, 0, PAYLOAD_BYTES) ? Answer.CLIENT : Answer.DROPPED;
        };
    }

    private Answer open(Event.Traffic event, int mark) {
        Answer answer = send(event, mark, TcpFlags.SYN, 0);
        if (answer.kind() == Answer.Kind.SERVER) {
            reply(event, TcpFlags.SYN | TcpFlags.ACK, 0);
            send(event, mark, TcpFlags.ACK, 0);
        }
        return answer;
    }

    private Answer close(Event.Traffic event, int mark) {
        Answer answer = send(event, mark, TcpFlags.FIN | TcpFlags.ACK, 0);
        reply(event, TcpFlags.FIN | TcpFlags.ACK, 0);
        send(event, mark, TcpFlags.ACK, 0);
        return answer;
    }

    private Answer send(Event.Traffic event, int mark, int tcpFlags, int payloadBytes) {
        flow.set(event.protocol(), event.client(), event.virtual()).mark(mark);
        return follow(event, tcpFlags, director.flows().dispatch(flow, tcpFlags, bytes(event, payloadBytes)));
    }

    private Answer send(Event.Traffic event, int mark, byte[] datagram) {
        flow.set(event.protocol(), event.client(), event.virtual()).mark(mark);
        ByteBuffer payload = ByteBuffer.wrap(datagram).asReadOnlyBuffer();
        return follow(event, 0, director.flows().dispatch(flow, 0, bytes(event, datagram.length), payload));
    }

    private static byte[] sipRequest(Event.Traffic event) {
        String request = "OPTIONS sip:" + event.virtual() + " SIP/2.0\r\n"
                + "Via: SIP/2.0/UDP " + event.client() + "\r\n"
                + "Call-ID: " + event.callId() + "\r\n"
                + "CSeq: 1 OPTIONS\r\n"
                + "Content-Length: 0\r\n\r\n";
        return request.getBytes(StandardCharsets.UTF_8);
    }

    private Answer follow(Event.Traffic event, int tcpFlags, long decision) {
        if (Decision.verdict(decision) == Verdict.FORWARD) {
            RealServer server = director.flows().server(Decision.serverId(decision));
            if (server == null) {
                throw new IllegalStateException("the director forwards to an unknown server");
            }
            Endpoint endpoint = server.endpoint().withPort(Decision.port(decision));
            boolean masqueraded = server.forwarding().method() == Forwarding.Method.MASQUERADE;
            reached.put(pair(event), new Target(endpoint, masqueraded));
            return Answer.server(endpoint);
        }
        return refused(Decision.verdict(decision), event.protocol(), tcpFlags);
    }

    /**
     * The answer of a packet that is not forwarded. A packet that passes reaches the local stack, which has
     * the virtual address.
     */
    private static Answer refused(Verdict verdict, Protocol protocol, int tcpFlags) {
        if (verdict == Verdict.DROP) {
            return Answer.DROPPED;
        }
        if (verdict == Verdict.REJECT || protocol != Protocol.TCP) {
            return Answer.UNREACHABLE;
        }
        // A reset is never answered (RFC 9293, section 3.10.7.1).
        return (tcpFlags & TcpFlags.RST) != 0 ? Answer.DROPPED : Answer.RESET;
    }

    /** Sends a reply of the server that the client last reached, if the reply passes through the director. */
    private boolean reply(Event.Traffic event, int tcpFlags, int payloadBytes) {
        Target target = reached.get(pair(event));
        if (target == null || !target.repliesThroughDirector) {
            return false;
        }
        if (target.server.address().family() != event.client().address().family()) {
            return false;
        }
        flow.set(event.protocol(), target.server, event.client());
        return director.flows().dispatchReply(flow, tcpFlags, bytes(event, payloadBytes));
    }

    private static Pair pair(Event.Traffic event) {
        return new Pair(event.protocol(), event.client(), event.virtual());
    }

    private static int bytes(Event.Traffic event, int payloadBytes) {
        return (event.client().address().isV4() ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES)
                + (event.protocol() == Protocol.TCP ? TCP_HEADER_BYTES : UDP_HEADER_BYTES)
                + payloadBytes;
    }
}
