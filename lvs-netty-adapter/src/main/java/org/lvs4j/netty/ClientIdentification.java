package org.lvs4j.netty;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;

/**
 * Places a connection on a server. If a persistence engine has to identify the client by what it sends, that is read
 * first: the engine is asked with everything so far each time that more has arrived, until it identifies the client,
 * the client has sent too much or ended its stream, or the deadline has passed.
 *
 * <p>Belongs to the event loop of the connection: all fields are plain.
 */
final class ClientIdentification {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();
    /** The most bytes that an engine gets to see. */
    static final int MOST_BYTES = 16 * 1024;

    /**
     * From this number of calls on, the engine is called only if there is an eighth more to see, so that a client of
     * many tiny segments cannot make it read the same bytes thousands of times; and in any case before the client is
     * given up.
     */
    private static final int FREE_CALLS = 64;

    private final RelayState state;
    private final ListeningSocket listening;
    private final TcpSide client;
    private final long deadlineNanos;
    private final int mostBytes;
    private boolean waiting;
    private int calls;
    private int seenBytes;

    ClientIdentification(RelayState state, ListeningSocket listening, TcpSide client, long nowNanos) {
        this.state = state;
        this.listening = listening;
        this.client = client;
        deadlineNanos = nowNanos + RelayOptions.nanos(state.options.identifyTimeout());
        mostBytes = Math.min(MOST_BYTES, state.options.bufferBytes());
    }

    /** Whether it waits for more bytes of the client. */
    boolean waiting() {
        return waiting;
    }

    /** Whether it waits, and the deadline has passed. */
    boolean overdue(long nowNanos) {
        return waiting && nowNanos - deadlineNanos > 0;
    }

    /**
     * Tries to place the connection by what the client has sent so far.
     *
     * @param last whether nothing else will be waited for
     * @return null if more bytes are awaited; otherwise the connection, which may be refused
     */
    @Nullable
    Connection place(boolean last) {
        ByteBuf early = client.early();
        int bytes = early == null ? 0 : Math.min(early.readableBytes(), mostBytes);
        boolean full = bytes == mostBytes;
        if (waiting && !last && !full && calls >= FREE_CALLS && bytes < seenBytes + seenBytes / 8) {
            return null;
        }
        calls++;
        seenBytes = bytes;
        ByteBuffer payload = early == null
                ? NOTHING
                : early.nioBuffer(early.readerIndex(), bytes).asReadOnlyBuffer();
        Connection placed = state.director.open(listening.flow(client.socket()), payload);
        waiting = placed.unidentified() && !last && !full && !client.hasInputEnded();
        // From here on, nothing more is read until a server is connected.
        client.socket().read(waiting);
        return waiting ? null : placed;
    }

    /** Why the engine has not identified the client. */
    String failure() {
        String bytes = "the service's persistence engine did not identify it by its first " + seenBytes
                + (seenBytes == 1 ? " byte" : " bytes");
        return client.hasInputEnded()
                ? bytes + ", after which it ended its stream"
                : seenBytes == mostBytes
                        ? bytes
                        : bytes + " within "
                                + TimeUnit.NANOSECONDS.toMillis(RelayOptions.nanos(state.options.identifyTimeout()))
                                + " ms";
    }
}
