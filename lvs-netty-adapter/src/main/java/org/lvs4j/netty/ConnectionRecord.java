package org.lvs4j.netty;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * What has become of one TCP connection or UDP flow of a relay, once it has ended. Immutable.
 *
 * @param start when the client was accepted, or the flow's first datagram arrived, by the system's clock
 * @param protocol TCP or UDP
 * @param client the client; null if it had gone before the system could tell
 * @param address the address and port that the client has asked; null likewise
 * @param service the key of the virtual service; null if there is none, or the client was not placed
 * @param server the server that was connected, or else the last one that was tried; null if there was none
 * @param clientBytes bytes of the client that were passed on to a server; more than the client has sent, if a request
 *     was repeated at another server
 * @param serverBytes bytes of the server that were passed on to the client
 * @param duration from the start to the end, not negative
 * @param connectTime how long the last connect has taken that succeeded; null if none did, and for UDP
 * @param firstByteTime from when the client's first byte was passed on, or from the connect if the server has sent
 *     first, to the server's first byte; null if it has sent none
 * @param serversTried the number of servers that were tried, from 0
 * @param end the way in which it ended
 */
public record ConnectionRecord(
        Instant start,
        Protocol protocol,
        @Nullable Endpoint client,
        @Nullable Endpoint address,
        @Nullable ServiceKey service,
        @Nullable Endpoint server,
        long clientBytes,
        long serverBytes,
        Duration duration,
        @Nullable Duration connectTime,
        @Nullable Duration firstByteTime,
        int serversTried,
        End end) {

    /** The ways in which a connection or flow ends. */
    public enum End {
        /** Both sides have ended their streams, and everything was passed on. */
        CLOSED("closed"),
        /** Closed in order by a drain of its server or of the relay, because it was idle. */
        DRAINED("drained"),
        /** The client has reset the connection, or its socket has failed. */
        CLIENT_RESET("client-reset"),
        /** The server has reset the connection, or its socket has failed. */
        SERVER_RESET("server-reset"),
        /** Reset because the director had no server or no service for it, or dropped it. */
        NO_SERVER("no-server"),
        /** Reset because the persistence engine of its service did not identify the client. */
        UNIDENTIFIED("unidentified"),
        /** Reset because every server tried has failed; of UDP, the server does not take datagrams. */
        UNREACHABLE("unreachable"),
        /** Every server tried has ended its stream without a byte, and so it was passed on to the client. */
        UNANSWERED("unanswered"),
        /** Reset at once because too many TCP connections were open. */
        LIMIT("limit"),
        /** This host had no descriptor, port or memory for the socket towards the server, or forbade it. */
        LOCAL("local"),
        /** Nothing has moved for too long: the usual end of a UDP flow. */
        IDLE("idle"),
        /** The director has ended it: its server was removed, for instance. */
        EXPIRED("expired"),
        /** Reset at the end of a drain of its server or of the relay. */
        DRAIN_CUT("drain-cut"),
        /** The relay was closed; of UDP, or no longer listens at the address. */
        STOPPED("stopped"),
        /** The director has failed to place the connection. */
        ERROR("error");

        private final String word;

        End(String word) {
            this.word = word;
        }

        /** The end in an access log: lower-case letters and hyphens. */
        public String word() {
            return word;
        }

        /** Whether both sides see an orderly end. */
        boolean orderly() {
            return this == CLOSED || this == DRAINED || this == UNANSWERED;
        }
    }

    /**
     * Refuses nulls and negative numbers.
     *
     * @throws IllegalArgumentException if a number or duration is negative
     */
    public ConnectionRecord {
        requireNonNull(start, "start");
        requireNonNull(protocol, "protocol");
        requireNonNull(duration, "duration");
        requireNonNull(end, "end");
        if (clientBytes < 0
                || serverBytes < 0
                || serversTried < 0
                || duration.isNegative()
                || connectTime != null && connectTime.isNegative()
                || firstByteTime != null && firstByteTime.isNegative()) {
            throw new IllegalArgumentException("a number or duration of a connection's record is negative");
        }
    }
}
