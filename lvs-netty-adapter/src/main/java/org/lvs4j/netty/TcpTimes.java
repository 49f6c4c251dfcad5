package org.lvs4j.netty;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;

/**
 * The times of one TCP connection: its last activity, and how long its server takes to accept and to answer. It reads no
 * clock beyond one time for each attempt to connect.
 *
 * <p>Belongs to the event loop of the connection: all fields are plain.
 */
final class TcpTimes {
    private final RelayState state;
    private @Nullable ConnectionTrace trace;
    private long lastActivityNanos;
    private long connectNanos;
    /** From when the server's first byte is awaited: its connect, or the first byte of the client that it has got. */
    private long awaitedNanos;
    /**
     * The time of the client's last bytes that the server has not answered; meaningful only while a request is pending.
     */
    private long requestNanos;

    private boolean requestPending;
    private boolean asked;
    private boolean answered;

    TcpTimes(RelayState state) {
        this.state = state;
    }

    /** Observes the connection for its record, too. */
    void observe(@Nullable ConnectionTrace by) {
        trace = by;
    }

    @Nullable
    ConnectionTrace trace() {
        return trace;
    }

    long lastActivityNanos() {
        return lastActivityNanos;
    }

    void activeAt(long nowNanos) {
        lastActivityNanos = nowNanos;
    }

    boolean requestPending() {
        return requestPending;
    }

    /** A server is to be connected that was not tried before. */
    void trying(Endpoint server) {
        if (trace != null) {
            trace.tried(server);
        }
    }

    /** An attempt to connect begins. */
    void connecting() {
        connectNanos = System.nanoTime();
    }

    /** A server is connected, which has been sent nothing so far. */
    void connected(long nowNanos) {
        lastActivityNanos = nowNanos;
        awaitedNanos = nowNanos;
        asked = false;
        long nanos = nowNanos - connectNanos;
        state.connectTimes.record(nanos);
        if (trace != null) {
            trace.connected(nanos);
        }
    }

    /** The server was given up, and the client's request with it. */
    void givenUp() {
        requestPending = false;
    }

    /** Bytes of the client have been passed on. */
    void fromClient(long nowNanos, int bytes) {
        lastActivityNanos = nowNanos;
        requestNanos = nowNanos;
        requestPending = true;
        if (!asked) {
            asked = true;
            awaitedNanos = nowNanos;
        }
        if (trace != null) {
            trace.fromClient(bytes);
        }
    }

    /**
     * Bytes of the server have been passed on.
     *
     * @return how long the server has taken to answer a request; negative if none was pending
     */
    long fromServer(long nowNanos, int bytes) {
        lastActivityNanos = nowNanos;
        if (trace != null) {
            trace.fromServer(bytes);
        }
        if (!answered) {
            answered = true;
            asked = true;
            long nanos = nowNanos - awaitedNanos;
            state.firstByteTimes.record(nanos);
            if (trace != null) {
                trace.firstByte(nanos);
            }
        }
        if (!requestPending) {
            return -1;
        }
        requestPending = false;
        return nowNanos - requestNanos;
    }
}
