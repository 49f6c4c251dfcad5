package org.lvs4j.netty;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A TCP socket of a relayed connection: one of the relay's own on epoll, a channel of Netty elsewhere.
 *
 * <p>It tells its owner what happens. Reading is off at first. Bytes are written in order; those that the system does
 * not take at once wait in a queue. Belongs to one event loop, like its owner.
 */
interface TcpSocket {
    /** What a socket tells. Nothing after it was closed by its owner. */
    interface Owner {
        /** It is connected. */
        void connected();

        /** Bytes have arrived, which are the owner's. */
        void received(ByteBuf data);

        /** For now, no more bytes follow. */
        void receivedAll();

        /** The queue was full, and has room again. */
        void writable();

        /** The peer has ended its stream. */
        void inputEnded();

        /** The stream towards the peer has been ended. */
        void outputEnded();

        /** Nothing can be written any more. The queue has been discarded. */
        void outputFailed();

        /** The socket was closed by something else than its owner. */
        void closed();

        void failed(Throwable cause);
    }

    /** Names the owner. Called once, before anything happens. */
    void owner(Owner by);

    /** Runs an action as soon as the socket is closed, whatever closes it. */
    void whenClosed(Runnable action);

    /** The peer's address; null if the system has forgotten it. */
    @Nullable
    InetSocketAddress remote();

    /** The own address; null if the system has forgotten it. */
    @Nullable
    InetSocketAddress local();

    boolean open();

    /** Whether it is open and connected. */
    boolean active();

    /**
     * Whether to read. When switched on, what has arrived is read a moment later, not by this call. Once the peer has ended
     * its stream, everything may be read nevertheless.
     */
    void read(boolean on);

    /** Whether the queue holds less than the buffer limit. */
    boolean isWritable();

    /** Appends bytes to the queue, which owns them from now on. Discards them if the output has failed. */
    void write(ByteBuf data);

    /** Gives the queue to the system as far as that takes it. */
    void flush();

    /** Ends the stream towards the peer as soon as the queue is empty. */
    void endOutput();

    /** The memory that the queue holds, in bytes. */
    long queuedBytes();

    /** The bytes in the queue, without what the system has taken of the first buffer. */
    long unsentBytes();

    /** Whether the system tells how far the bytes have got that were written. */
    boolean systemTells();

    /** What the system knows of the socket; null where it does not tell. One system call. */
    @Nullable
    TcpInfo info();

    /**
     * Whether the system has nothing left to send but a little. Where it tells more by {@link #info}, always. After the
     * first call, nothing may be written.
     */
    boolean almostEmpty();

    /** Whether the peer has reset the connection, and the transport will not tell. Called after a read is completed. */
    boolean isResetUnnoticed();

    /** Closes it in order: the system still delivers what it has taken. Idempotent. */
    void end();

    /** Closes it so that the peer sees a reset. Idempotent. */
    void reset();
}
