package org.lvs4j.examples.standalone;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The log of the daemon: lines that a thread of its own writes to standard error. A reader that does not read, such as
 * a full pipe or a terminal after Ctrl-S, delays no thread that logs: {@value #MAX_BYTES} bytes may wait, further lines
 * are dropped, and a line tells their number when the reader continues. Thread-safe.
 */
final class BoundedLog extends OutputStream {
    /** The most bytes that wait. */
    static final int MAX_BYTES = 1 << 20;

    /** A longer line is written in pieces. */
    private static final int MAX_LINE_BYTES = 64 * 1024;

    /** The format of the times in {@code simplelogger.properties}. */
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static volatile @Nullable BoundedLog installed;

    private final OutputStream target;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> lines = new ArrayDeque<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private int waitingBytes;
    private long dropped;
    private long droppedSoFar;
    private boolean writing;

    private BoundedLog(OutputStream target) {
        this.target = target;
    }

    /** A log with a running thread. */
    static BoundedLog to(OutputStream target) {
        BoundedLog log = new BoundedLog(target);
        Thread writer = new Thread(log::writeAll, "lvsd-log");
        writer.setDaemon(true);
        writer.start();
        return log;
    }

    /** Makes {@code System.err} a bounded log on standard error. */
    static void install() {
        BoundedLog log = to(new FileOutputStream(FileDescriptor.err));
        installed = log;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    }

    /** Waits until the installed log has written everything, but not longer than a time; does nothing without one. */
    static void awaitWritten(Duration limit) {
        BoundedLog log = installed;
        if (log != null) {
            log.await(limit);
        }
    }

    /** How many lines the installed log has dropped so far; 0 without one. */
    static long droppedLines() {
        BoundedLog log = installed;
        return log == null ? 0 : log.dropped();
    }

    /** How many lines have been dropped so far. */
    long dropped() {
        lock.lock();
        try {
            return droppedSoFar;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(int oneByte) {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        lock.lock();
        try {
            int start = offset;
            for (int at = offset; at < offset + length; at++) {
                if (bytes[at] == '\n' || at - start + line.size() == MAX_LINE_BYTES) {
                    line.write(bytes, start, at + 1 - start);
                    add(line.toByteArray());
                    line.reset();
                    start = at + 1;
                }
            }
            line.write(bytes, start, offset + length - start);
        } finally {
            lock.unlock();
        }
    }

    private void add(byte[] text) {
        // After a loss, lines are taken again when half of the room is free: no loss of every second line.
        int room = dropped == 0 ? MAX_BYTES : MAX_BYTES / 2;
        if (waitingBytes + text.length > room) {
            dropped++;
            droppedSoFar++;
            return;
        }
        tellDropped();
        enqueue(text);
    }

    private void tellDropped() {
        if (dropped > 0) {
            String lost =
                    OffsetDateTime.now(ZoneId.systemDefault()).format(TIME) + " WARN log: " + Count.of(dropped, "line")
                            + (dropped == 1 ? " has" : " have") + " been dropped: standard error was not read\n";
            dropped = 0;
            enqueue(lost.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void enqueue(byte[] text) {
        lines.add(text);
        waitingBytes += text.length;
        changed.signalAll();
    }

    private void writeAll() {
        while (true) {
            try {
                target.write(next());
            } catch (IOException e) {
                // Nobody can be told: the reader of the log has gone.
            } catch (OutOfMemoryError e) {
                // Lines wait, or are dropped and counted, until there is memory again.
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private byte[] next() {
        lock.lock();
        try {
            writing = false;
            if (lines.isEmpty()) {
                tellDropped();
            }
            changed.signalAll();
            while (lines.isEmpty()) {
                changed.awaitUninterruptibly();
            }
            byte[] text = lines.remove();
            waitingBytes -= text.length;
            writing = true;
            return text;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything is written, but not longer than a time. */
    void await(Duration limit) {
        long leftNanos = limit.toNanos();
        lock.lock();
        try {
            while ((writing || !lines.isEmpty()) && leftNanos > 0) {
                leftNanos = changed.awaitNanos(leftNanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** How many lines wait, for tests. */
    int waitingLines() {
        lock.lock();
        try {
            return lines.size();
        } finally {
            lock.unlock();
        }
    }
}
