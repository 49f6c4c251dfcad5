package org.lvs4j.netty.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.lvs4j.health.Script;

/**
 * Writes lines into a FIFO. Its reader may be slow, or missing: the FIFO is open for reading as well, so that the system
 * keeps up to 64 KiB, and at most {@value #MOST_WAITING} further lines wait; more are dropped and counted. Thread-safe.
 */
final class FifoWriter implements AutoCloseable {
    static final int MOST_WAITING = 4096;

    private static final long LAST_LINES_MILLIS = 200;

    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final MonitorCounters counters;
    private final FileChannel fifo;
    private final Thread writer;
    // Written by the closing thread, read by the writer.
    private volatile boolean closing;

    private FifoWriter(FileChannel fifo, MonitorCounters counters) {
        this.fifo = fifo;
        this.counters = counters;
        writer = new DefaultThreadFactory("lvs-health-fifo", true).newThread(this::write);
    }

    /**
     * Opens a FIFO, which is made if there is nothing of that name.
     *
     * @throws IOException if it cannot be made or opened, or is something else
     */
    static FifoWriter open(NotifyFifo fifo, MonitorCounters counters) throws IOException {
        Path path = fifo.path();
        if (!Files.exists(path)) {
            make(path);
            Script reader = fifo.reader();
            if (reader != null && reader.user() != null) {
                Files.setOwner(
                        path,
                        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(reader.user()));
            }
        }
        if (Files.isRegularFile(path) || Files.isDirectory(path)) {
            throw new IOException(path + " is not a FIFO");
        }
        FifoWriter opened =
                new FifoWriter(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE), counters);
        opened.writer.start();
        return opened;
    }

    private static void make(Path path) throws IOException {
        Process process = new ProcessBuilder("mkfifo", "-m", "600", path.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(path + " cannot be made a FIFO");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Writes a line soon. */
    void line(String line) {
        if (!waiting.offer(line)) {
            counters.linesDropped.increment();
        }
    }

    private void write() {
        try {
            while (!closing || !waiting.isEmpty()) {
                String line = waiting.poll(LAST_LINES_MILLIS, TimeUnit.MILLISECONDS);
                if (line != null) {
                    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
                    while (bytes.hasRemaining()) {
                        fifo.write(bytes);
                    }
                }
            }
        } catch (IOException | InterruptedException e) {
            // The monitor is being closed while nothing reads: the rest is dropped.
            counters.linesDropped.add(waiting.size());
            waiting.clear();
        }
    }

    /** Writes what waits, as far as the FIFO has room at once, and closes it. */
    @Override
    public void close() {
        closing = true;
        try {
            writer.join(LAST_LINES_MILLIS * 2);
            fifo.close();
            writer.join();
        } catch (IOException e) {
            writer.interrupt();
        } catch (InterruptedException e) {
            writer.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
