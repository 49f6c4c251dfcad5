package org.lvs4j.examples.standalone;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * The tool's end of a control connection. A call waits until the daemon has taken or sent bytes, and ends when it has
 * done neither for a limit. Not thread-safe.
 */
final class FrameChannel implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final Duration limit;
    private final FrameBuffer received = new FrameBuffer();
    private boolean peerClosed;

    private FrameChannel(SocketChannel channel, Selector selector, Duration limit) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.limit = limit;
        channel.configureBlocking(false);
        key = channel.register(selector, 0);
    }

    /** Frames over a channel, which is closed with this object, or at once if this method fails. */
    static FrameChannel over(SocketChannel channel, Duration limit) throws IOException {
        Selector selector = null;
        try {
            selector = Selector.open();
            return new FrameChannel(channel, selector, limit);
        } catch (IOException | RuntimeException e) {
            if (selector != null) {
                selector.close();
            }
            channel.close();
            throw e;
        }
    }

    /**
     * Sends a frame. Does nothing if the peer has closed the connection: it may have answered before it had read
     * everything, and the next read reports that.
     *
     * @throws ProtocolException if the payload is too long
     * @throws SocketTimeoutException at the limit
     */
    void write(FrameType type, byte[] payload) throws IOException {
        write(type, payload, 0, payload.length);
    }

    void write(FrameType type, byte[] bytes, int offset, int length) throws IOException {
        if (length > Frame.MAX_PAYLOAD_BYTES) {
            throw new ProtocolException(
                    "a frame of " + Count.of(length, "byte") + "; at most " + Frame.MAX_PAYLOAD_BYTES + " fit");
        }
        ByteBuffer frame = Frame.encode(type, bytes, offset, length);
        while (frame.hasRemaining() && !peerClosed) {
            if (send(frame) == 0) {
                await(SelectionKey.OP_WRITE);
            }
        }
    }

    private int send(ByteBuffer frame) {
        try {
            return channel.write(frame);
        } catch (IOException e) {
            peerClosed = true;
            return -1;
        }
    }

    /** Sends content of any length in as many frames as necessary; none if it is empty. */
    void writeAll(FrameType type, byte[] content) throws IOException {
        for (int at = 0; at < content.length; at += Frame.MAX_PAYLOAD_BYTES) {
            write(type, content, at, Math.min(Frame.MAX_PAYLOAD_BYTES, content.length - at));
        }
    }

    /**
     * The next frame.
     *
     * @throws EOFException if the peer has closed the connection between two frames
     * @throws ProtocolException if the bytes are not a frame
     * @throws SocketTimeoutException at the limit
     */
    Frame read() throws IOException {
        while (true) {
            Frame frame = received.next();
            if (frame != null) {
                return frame;
            }
            int count = received.receive(channel);
            if (count < 0 && received.isInsideFrame()) {
                throw new ProtocolException("the connection was closed in the middle of a frame");
            } else if (count < 0) {
                throw new EOFException("the connection was closed before the end of the answer");
            } else if (count == 0) {
                await(SelectionKey.OP_READ);
            }
        }
    }

    private void await(int operation) throws IOException {
        key.interestOps(operation);
        int ready = selector.select(limit.toMillis());
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new SocketTimeoutException("interrupted");
        } else if (ready == 0) {
            throw new SocketTimeoutException("no answer for " + Count.of(limit.toSeconds(), "second"));
        }
    }

    @Override
    public void close() throws IOException {
        try {
            selector.close();
        } finally {
            channel.close();
        }
    }
}
