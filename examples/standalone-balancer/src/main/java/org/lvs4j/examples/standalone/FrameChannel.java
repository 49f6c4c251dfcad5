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
 * Sends and receives frames over a stream: one byte of type, four bytes of length in network order, the payload. Every
 * wait ends at a deadline. Not thread-safe.
 */
final class FrameChannel implements AutoCloseable {
    /** The longest payload; longer content is split into several frames. */
    static final int MAX_PAYLOAD_BYTES = 64 * 1024;

    private static final int HEADER_BYTES = 5;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer received =
            ByteBuffer.allocate(HEADER_BYTES + MAX_PAYLOAD_BYTES).flip();
    private long deadlineNanos;
    private boolean peerClosed;

    private FrameChannel(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        channel.configureBlocking(false);
        key = channel.register(selector, 0);
    }

    /** Frames over a channel, which is closed with this object, or at once if this method fails. */
    static FrameChannel over(SocketChannel channel, Duration limit) throws IOException {
        Selector selector = null;
        try {
            selector = Selector.open();
            FrameChannel frames = new FrameChannel(channel, selector);
            frames.within(limit);
            return frames;
        } catch (IOException | RuntimeException e) {
            if (selector != null) {
                selector.close();
            }
            channel.close();
            throw e;
        }
    }

    /** Sets the deadline of all later calls. */
    void within(Duration limit) {
        deadlineNanos = System.nanoTime() + limit.toNanos();
    }

    /**
     * Sends a frame. Does nothing if the peer has closed the connection: it may have answered before it had read
     * everything, and the next read reports that.
     *
     * @throws ProtocolException if the payload is too long
     * @throws SocketTimeoutException at the deadline
     */
    void write(FrameType type, byte[] payload) throws IOException {
        write(type, payload, 0, payload.length);
    }

    private void write(FrameType type, byte[] bytes, int offset, int length) throws IOException {
        if (length > MAX_PAYLOAD_BYTES) {
            throw new ProtocolException("a frame of " + length + " bytes; at most " + MAX_PAYLOAD_BYTES + " fit");
        }
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + length);
        frame.put(type.code()).putInt(length).put(bytes, offset, length).flip();
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
        for (int at = 0; at < content.length; at += MAX_PAYLOAD_BYTES) {
            write(type, content, at, Math.min(MAX_PAYLOAD_BYTES, content.length - at));
        }
    }

    /**
     * The next frame.
     *
     * @throws EOFException if the peer has closed the connection between two frames
     * @throws ProtocolException if the bytes are not a frame
     * @throws SocketTimeoutException at the deadline
     */
    Frame read() throws IOException {
        if (!fill(HEADER_BYTES)) {
            throw new EOFException("the other side has closed the connection");
        }
        FrameType type = FrameType.of(received.get());
        int length = received.getInt();
        if (type == null || length < 0 || length > MAX_PAYLOAD_BYTES) {
            throw new ProtocolException("not a frame of the control protocol");
        }
        if (!fill(length)) {
            throw cutOff();
        }
        byte[] payload = new byte[length];
        received.get(payload);
        return new Frame(type, payload);
    }

    /** Receives at least so many bytes; returns false if the peer closed the connection before the first of them. */
    private boolean fill(int bytes) throws IOException {
        while (received.remaining() < bytes) {
            received.compact();
            int count = channel.read(received);
            received.flip();
            if (count < 0 && received.hasRemaining()) {
                throw cutOff();
            }
            if (count < 0) {
                return false;
            }
            if (count == 0) {
                await(SelectionKey.OP_READ);
            }
        }
        return true;
    }

    private static ProtocolException cutOff() {
        return new ProtocolException("the connection was closed in the middle of a frame");
    }

    private void await(int operation) throws IOException {
        key.interestOps(operation);
        long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
            throw new SocketTimeoutException("no progress on the control socket before the deadline");
        }
        selector.select(leftMillis);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new SocketTimeoutException("interrupted");
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

    /** A received frame. */
    record Frame(FrameType type, byte[] payload) {}
}
