package org.lvs4j.netty.discovery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.TextException;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.discovery.ServerSource;

/** Looks at a file again and again. Everything but {@link #close} happens on its thread. */
final class FileSubscription implements ServerSource.Subscription {
    /** A file system may keep times in steps as coarse as this: a change soon after a look may leave the time as it is. */
    private static final long COARSEST_TIME_MILLIS = TimeUnit.SECONDS.toMillis(3);

    /** What changes with a file, at the end of all symbolic links. */
    private record Stamp(
            FileTime modified, long size, @Nullable Object identity, boolean regular) {}

    private final FileSource.Builder options;
    private final ServerSource.Observer observer;
    private final SourceThread thread = new SourceThread("lvs-file");
    private final Backoff backoff = new Backoff();

    /** What the last look has seen; null if there was no file. */
    private @Nullable Stamp seen;

    private boolean looked;
    /** What the file was when it was read last; null if it must be read. */
    private @Nullable Stamp read;
    /** Whether the time of the file was so old when it was read that every later change shows. */
    private boolean settled;
    /** The failure that was reported last, so that it is not reported at each look. */
    private @Nullable String reported;

    private volatile boolean closed;

    private FileSubscription(FileSource.Builder options, ServerSource.Observer observer) {
        this.options = options;
        this.observer = observer;
    }

    static FileSubscription start(FileSource.Builder options, ServerSource.Observer observer) {
        FileSubscription subscription = new FileSubscription(options, observer);
        subscription.thread.execute(subscription::look);
        return subscription;
    }

    private void look() {
        if (closed) {
            return;
        }
        long delay = options.interval.toMillis();
        try {
            readIfChanged();
            backoff.succeeded();
        } catch (IOException | TextException e) {
            fail(e);
        } catch (RuntimeException e) {
            // The servers are refused, which the observer knows: they may be taken later.
            read = null;
            delay = Math.max(delay, backoff.failed());
        }
        thread.schedule(this::look, delay);
    }

    private void readIfChanged() throws IOException, TextException {
        boolean first = !looked;
        looked = true;
        Stamp before = seen;
        Stamp now;
        try {
            now = stamp();
        } catch (IOException e) {
            seen = null;
            read = null;
            throw e;
        }
        seen = now;
        if (!first && !now.equals(before) || now.equals(read) && settled) {
            return;
        }
        settled = Math.abs(System.currentTimeMillis() - now.modified().toMillis()) > COARSEST_TIME_MILLIS;
        List<FoundServer> servers;
        try {
            servers = ServerFile.read(options.file, bytes(now), options.format, options.service);
        } catch (IOException | TextException e) {
            read = now;
            throw e;
        }
        if (now.equals(stamp())) {
            observer.found(servers);
            read = now;
            reported = null;
        }
    }

    private Stamp stamp() throws IOException {
        BasicFileAttributes found = Files.readAttributes(options.file, BasicFileAttributes.class);
        return new Stamp(found.lastModifiedTime(), found.size(), found.fileKey(), found.isRegularFile());
    }

    private byte[] bytes(Stamp now) throws IOException {
        Path file = options.file;
        // A FIFO would block the thread until something is written.
        if (!now.regular()) {
            throw new IOException(file + ": not a regular file");
        }
        byte[] bytes = {};
        if (now.size() <= options.maxBytes) {
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(options.maxBytes + 1);
            }
        }
        if (now.size() > options.maxBytes || bytes.length > options.maxBytes) {
            throw new IOException(file + ": longer than " + options.maxBytes + " bytes");
        }
        if (bytes.length == 0) {
            throw new IOException(file + ": empty");
        }
        return bytes;
    }

    private void fail(Exception cause) {
        Exception shown = cause instanceof NoSuchFileException
                ? new NoSuchFileException(options.file.toString(), null, "no such file")
                : cause;
        if (!String.valueOf(shown.getMessage()).equals(reported)) {
            reported = String.valueOf(shown.getMessage());
            try {
                observer.failed(shown);
            } catch (RuntimeException e) {
                // It has been told.
                return;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.close();
    }
}
