package org.lvs4j.netty;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line about each connection and flow that has ended, to a file or stream, on a thread of its own. {@code
 * docs/operations.md} describes the lines.
 *
 * <pre>{@code
 * try (AccessLog log = AccessLog.builder(Path.of("/var/log/access.log")).start();
 *         Relay relay = Relay.builder(director).connectionLog(log).start()) {
 *     ...
 * }
 * }</pre>
 *
 * <p>Records wait in a queue with a ceiling; those that find no room are dropped and counted, and the log says how many,
 * in a line of its own. What waits is written within a second, and all of it by {@link #close}. If the file cannot be
 * written, because the disk is full or its directory is gone, that is counted, logged once a minute, and tried again
 * every second: a line is continued where it was cut off, or repeated as a whole in a new file. The relay never waits.
 *
 * <p>A file is appended to, and is created with the permissions 0640 as far as the process's umask allows them. If it
 * does not end with a newline, the first line begins with one. A symbolic link is followed, and the file that it leads
 * to is rotated beside that one. A file that is removed is created again. Several processes may append to one file.
 * Devices and pipes are never rotated.
 *
 * <p>Guarantees: thread-safe. Progress: {@link #accept} is lock-free, and allocates some 20 bytes; {@link #reopen} and the
 * counters are wait-free, {@link #close} is blocking. A record costs about 400 bytes, and its line none on the heap
 * that stays.
 */
public final class AccessLog implements Consumer<ConnectionRecord>, AutoCloseable {
    private final AccessLogWriter writer;

    /** The format of the lines. */
    public enum Format {
        /** Values separated by a space, in a fixed order; {@code -} stands for none. */
        TEXT,
        /** A JSON object in each line; a value that is missing is null. */
        JSON
    }

    private AccessLog(AccessLogWriter writer) {
        this.writer = writer;
    }

    /** A builder for a log in a file. */
    public static Builder builder(Path file) {
        return new Builder(requireNonNull(file, "file"), null);
    }

    /**
     * A builder for a log to a stream, which is flushed after each write, and not closed. A stream that blocks makes
     * records wait, and drops them in the end. After a failure a part of what failed may be written twice.
     */
    public static Builder builder(OutputStream stream) {
        return new Builder(null, requireNonNull(stream, "stream"));
    }

    /** Queues a record, or drops it if the queue is full or the log is closed. */
    @Override
    public void accept(ConnectionRecord ended) {
        writer.add(requireNonNull(ended, "ended"));
    }

    /**
     * Makes the writer open the file anew before its next line, as after a rotation by {@code logrotate}. If that fails,
     * the old file is written to, and it is tried again. Without effect for a stream.
     */
    public void reopen() {
        writer.reopen();
    }

    /** The number of records that were written. */
    public long written() {
        return writer.written();
    }

    /** The number of records that were dropped, because the queue was full or the log was closed. */
    public long dropped() {
        return writer.dropped();
    }

    /** The number of times that writing, opening or rotating the file has failed. */
    public long failures() {
        return writer.failures();
    }

    /**
     * Writes everything that was accepted before, closes the file, and ends the thread. If the file cannot be written,
     * or not within three seconds, what is left is dropped and counted. An interrupt of the caller ends the wait, and stays
     * set. Idempotent.
     */
    @Override
    public void close() {
        writer.close();
    }

    /** Builds an access log. {@link #start()} checks the values. Not thread-safe. */
    public static final class Builder {
        private static final long SMALLEST_FILE = 64 * 1024;
        private static final int LARGEST_QUEUE = 1 << 24;
        private static final int MOST_FILES = 1000;

        private final @Nullable Path file;
        private final @Nullable OutputStream stream;
        private Format format = Format.TEXT;
        private int queueCapacity = 65_536;
        private long maxFileBytes = 100L * 1024 * 1024;
        private int keptFiles = 10;

        private Builder(@Nullable Path file, @Nullable OutputStream stream) {
            this.file = file;
            this.stream = stream;
        }

        /** The format of the lines; {@link Format#TEXT} by default. */
        public Builder format(Format value) {
            format = requireNonNull(value, "value");
            return this;
        }

        /** The ceiling of records that wait, 1 to 16,777,216; 65,536 by default, which take about 26 MB, as computed. */
        public Builder queueCapacity(int records) {
            queueCapacity = records;
            return this;
        }

        /** The size in bytes from which a file is rotated, at least 65,536, or 0 for never; 100 MiB by default. */
        public Builder maxFileBytes(long bytes) {
            maxFileBytes = bytes;
            return this;
        }

        /**
         * The number of rotated files that are kept beside the one that is written, 0 to 1000; 10 by default. The
         * youngest has the suffix {@code .1}, and the highest number is deleted.
         */
        public Builder keptFiles(int files) {
            keptFiles = files;
            return this;
        }

        /**
         * Opens the file, and starts the log.
         *
         * @return the log, which the caller must close, after the relays that use it
         * @throws IllegalArgumentException naming every value that is out of range
         * @throws IOException if the file cannot be opened for appending
         */
        public AccessLog start() throws IOException {
            List<String> problems = new ArrayList<>();
            if (queueCapacity < 1 || queueCapacity > LARGEST_QUEUE) {
                problems.add("queue capacity " + queueCapacity + " is outside 1.." + LARGEST_QUEUE);
            }
            if (maxFileBytes != 0 && maxFileBytes < SMALLEST_FILE) {
                problems.add(
                        "maximum of bytes of a file " + maxFileBytes + " is neither 0 nor at least " + SMALLEST_FILE);
            }
            if (keptFiles < 0 || keptFiles > MOST_FILES) {
                problems.add("number of kept files " + keptFiles + " is outside 0.." + MOST_FILES);
            }
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException("access log: " + String.join("; ", problems));
            }
            AccessLogTarget target = file != null
                    ? AccessLogFile.open(file, maxFileBytes, keptFiles)
                    : AccessLogTarget.of(requireNonNull(stream, "stream"));
            AccessLogWriter writer = new AccessLogWriter(target, new AccessLogLines(format), queueCapacity);
            writer.start();
            return new AccessLog(writer);
        }
    }
}
