package org.lvs4j.netty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.lvs4j.netty.internal.RateLimitedLog;
import org.slf4j.LoggerFactory;

/**
 * Writes the records of an access log on a thread of its own, several lines at once. Other threads only add to its queue
 * and its counters.
 */
final class AccessLogWriter {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_MILLIS = TimeUnit.SECONDS.toMillis(3);

    private final AccessLogTarget target;
    private final AccessLogLines lines;
    private final int capacity;
    private final RateLimitedLog log = new RateLimitedLog(LoggerFactory.getLogger(AccessLog.class));
    private final Thread thread = new Thread(this::run, "lvs-access-log");
    private final Queue<ConnectionRecord> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder written = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder failures = new LongAdder();

    // Written by any thread, read by the writer's thread, which resets the first one.
    private volatile boolean reopening;
    private volatile boolean closing;

    // The fields from here on belong to the writer's thread.
    /** Whole lines from 0 to the limit, of which those before the position are written; empty between two of them. */
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);

    private int records;
    private boolean prepared;
    private boolean failed;
    private long retryNanos;
    private long droppedTold;

    AccessLogWriter(AccessLogTarget target, AccessLogLines lines, int capacity) {
        this.target = target;
        this.lines = lines;
        this.capacity = capacity;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void add(ConnectionRecord ended) {
        if (closing || !RelayCounters.incrementBelow(waiting, capacity)) {
            dropped.increment();
            return;
        }
        queue.add(ended);
        if (waiting.get() == capacity / 2) {
            LockSupport.unpark(thread);
        }
    }

    void reopen() {
        reopening = true;
        LockSupport.unpark(thread);
    }

    long written() {
        return written.sum();
    }

    long dropped() {
        return dropped.sum();
    }

    long failures() {
        return failures.sum();
    }

    /** Ends the thread after everything is written, and counts what is not. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MILLIS);
            dropQueue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean last;
        do {
            // Before the queue is looked at: what was added before the end is seen then.
            last = closing;
            try {
                if (last || !failed || System.nanoTime() - retryNanos >= 0) {
                    writeAll(last);
                }
                log.summarize();
            } catch (OutOfMemoryError e) {
                // What waits is written, or dropped and counted, when there is memory again.
                failures.increment();
            }
            if (!last) {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        } while (!last);
        dropRest();
        log.close();
        try {
            target.close();
        } catch (IOException e) {
            failed("{}: the access log could not be closed: {}", e);
        }
    }

    private void writeAll(boolean last) {
        failed = false;
        boolean refused = false;
        if (reopening) {
            reopening = false;
            try {
                target.reopen();
            } catch (IOException | RuntimeException e) {
                reopening = true;
                refused = true;
                failed("{}: the access log could not be opened again, its old file is written to: {}", e);
            }
        }
        try {
            while (buffer.hasRemaining() || (last || refused || !reopening) && fill()) {
                writeBuffer();
            }
        } catch (IOException | RuntimeException e) {
            failed("{}: the access log cannot be written: {}", e);
        }
    }

    /** Fills the buffer, which is empty. Returns false if there is nothing to write. */
    private boolean fill() {
        buffer.clear();
        prepared = false;
        records = 0;
        try {
            long lost = dropped.sum() - droppedTold;
            if (lost > 0) {
                lines.appendDropped(Instant.now(), lost, buffer);
                droppedTold += lost;
            }
            while (buffer.remaining() >= AccessLogLines.MOST_BYTES) {
                ConnectionRecord next = queue.poll();
                if (next == null) {
                    break;
                }
                waiting.decrementAndGet();
                append(next);
            }
        } finally {
            buffer.flip();
        }
        return buffer.hasRemaining();
    }

    private void append(ConnectionRecord next) {
        try {
            lines.append(next, buffer);
            records++;
        } catch (RuntimeException | OutOfMemoryError e) {
            // Of a time beyond the calendar, for instance. Nothing of it is in the buffer.
            dropped.increment();
        }
    }

    private void writeBuffer() throws IOException {
        if (!prepared) {
            prepare();
        }
        while (buffer.hasRemaining()) {
            target.write(buffer);
        }
        written.add(records);
        records = 0;
    }

    /** A line that was cut off is repeated in another file. */
    private void prepare() throws IOException {
        if (!failed) {
            rotate();
        }
        if (target.prepare()) {
            int start = buffer.position();
            while (start > 0 && buffer.get(start - 1) != '\n') {
                start--;
            }
            buffer.position(start);
        }
        prepared = true;
    }

    private void rotate() {
        try {
            target.rotate(buffer.remaining());
        } catch (IOException | RuntimeException e) {
            failed("{}: the access log cannot be rotated, and grows: {}", e);
        }
    }

    private void failed(String message, Exception cause) {
        failures.increment();
        failed = true;
        prepared = false;
        retryNanos = System.nanoTime() + RETRY_NANOS;
        log.warn(message, target, cause);
    }

    private void dropRest() {
        if (records != 0) {
            dropped.add(linesLeft());
        }
        dropQueue();
    }

    private void dropQueue() {
        while (queue.poll() != null) {
            dropped.increment();
        }
    }

    private int linesLeft() {
        int left = 0;
        for (int i = buffer.position(); i < buffer.limit(); i++) {
            if (buffer.get(i) == '\n') {
                left++;
            }
        }
        return Math.min(left, records);
    }
}
