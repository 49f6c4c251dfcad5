package org.lvs4j.replay.health;

import java.nio.ByteBuffer;

/** The server's side of a connection, or of datagrams. It answers through a {@link Channel}. */
interface Conversation {
    /** What a server can do with a connection. Delays are in milliseconds from now. */
    interface Channel {
        /** Sends bytes of the stream, or one datagram. */
        void send(long delayMillis, ByteBuffer bytes);

        /** Ends the stream after what was sent with the same or a shorter delay. */
        void close(long delayMillis);

        /** Resets the connection. */
        void reset();

        /** Writes a line of the recording. */
        void record(String text);
    }

    /** The client has connected, TLS included; never called for datagrams. */
    void accepted(Channel channel);

    /** Bytes of the stream, or one datagram. */
    void received(Channel channel, ByteBuffer bytes);

    /** The client has closed a connection that was open on this side. */
    void clientClosed(Channel channel);
}
