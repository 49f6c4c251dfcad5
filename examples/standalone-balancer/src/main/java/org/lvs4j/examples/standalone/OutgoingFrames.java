package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Frames on their way to a client. The thread of a command adds them, and waits while {@value #MAX_BYTES} bytes are on
 * their way; the selector's thread sends them. Thread-safe.
 */
final class OutgoingFrames {
    static final int MAX_BYTES = 256 * 1024;

    private static final long LOOK_MILLIS = 100;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuffer> frames = new ArrayDeque<>();
    private int waitingBytes;
    private boolean closed;

    /** Adds a frame without waiting. */
    void add(FrameType type, byte[] bytes, int offset, int length) {
        lock.lock();
        try {
            if (!closed) {
                frames.add(Frame.encode(type, bytes, offset, length));
                waitingBytes += Frame.HEADER_BYTES + length;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until there is room for another frame.
     *
     * @param limit how long the client may take to make room
     * @param contendedLimit the same while other commands wait for this thread
     * @throws IOException if the client has gone, or has taken nothing for the limit
     */
    void awaitRoom(Duration limit, Duration contendedLimit, BooleanSupplier contended) throws IOException {
        long start = System.nanoTime();
        lock.lock();
        try {
            while (!closed && waitingBytes > MAX_BYTES - Frame.HEADER_BYTES - Frame.MAX_PAYLOAD_BYTES) {
                long waitedNanos = System.nanoTime() - start;
                if (waitedNanos >= (contended.getAsBoolean() ? contendedLimit : limit).toNanos()) {
                    throw new InterruptedIOException("the client does not read the answer");
                }
                changed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
            if (closed) {
                throw new ClosedChannelException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends what the client takes.
     *
     * @return the number of bytes sent
     */
    long sendTo(WritableByteChannel channel) throws IOException {
        lock.lock();
        try {
            long sent = 0;
            for (ByteBuffer frame = frames.peek(); frame != null; frame = frames.peek()) {
                sent += channel.write(frame);
                if (frame.hasRemaining()) {
                    break;
                }
                waitingBytes -= frame.capacity();
                frames.remove();
                changed.signalAll();
            }
            return sent;
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return frames.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Discards everything; a waiting thread gets an exception. */
    void close() {
        lock.lock();
        try {
            closed = true;
            frames.clear();
            waitingBytes = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
