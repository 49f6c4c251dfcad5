package org.lvs4j.netty.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Check;
import org.lvs4j.health.FileCheck;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.TrackedFile;
import org.lvs4j.netty.internal.Recurring;
import org.slf4j.Logger;

/**
 * Reads the tracked files of a configuration twice a second, on a thread of its own that runs only while there are any.
 * A file may be replaced, removed, or lie on a file system without notifications. Thread-safe.
 */
final class WatchedFiles implements AutoCloseable {
    private static final long PERIOD_MILLIS = 500;
    /** More than any number needs. */
    private static final int READ_BYTES = 256;

    /** Receives the number of a file at first, and after each change. */
    @FunctionalInterface
    interface Listener {
        void number(TrackedFile file, int number);
    }

    private final Listener listener;
    private final Logger logger;

    private volatile Set<TrackedFile> inCode = Set.of();

    // Guarded by this object.
    private boolean closed;
    private Set<TrackedFile> configured = Set.of();
    private final Map<TrackedFile, Integer> numbers = new HashMap<>();
    /** Files that were empty when last read: perhaps they are being written. The next time counts. */
    private final Set<TrackedFile> emptied = new HashSet<>();

    private @Nullable ScheduledThreadPoolExecutor thread;

    WatchedFiles(Listener listener, Logger logger) {
        this.listener = listener;
        this.logger = logger;
    }

    /** The tracked files of a configuration. */
    static Set<TrackedFile> of(HealthConfiguration configuration) {
        return of(configuration.services());
    }

    /** The tracked files of services. */
    static Set<TrackedFile> of(Iterable<MonitoredService> services) {
        Set<TrackedFile> files = new LinkedHashSet<>();
        for (MonitoredService service : services) {
            for (MonitoredServer server : service.servers()) {
                for (Check check : server.checks()) {
                    if (check instanceof FileCheck file) {
                        files.add(file.file());
                    }
                }
            }
        }
        return files;
    }

    /** Writes the initial number of a file, if it has one. */
    void initialize(TrackedFile file) {
        TrackedFile.Initial initial = file.initial();
        if (initial == null || (Files.exists(file.path()) && !initial.overwrite())) {
            return;
        }
        try {
            Files.writeString(file.path(), initial.value() + "\n");
        } catch (IOException e) {
            logger.warn("{}: cannot be written: {}", file.path(), e.toString());
        }
    }

    /** The files of checks in code, which {@link #follow} and {@link #followInCode} add to those of the configuration. */
    void inCode(Set<TrackedFile> files) {
        inCode = Set.copyOf(files);
    }

    /** Follows the present files of checks in code. Reads files. */
    synchronized void followInCode() {
        if (!closed) {
            follow(configured);
        }
    }

    /** Follows these files from now on, and reports the number of each new one before it returns. */
    synchronized void follow(Set<TrackedFile> ofConfiguration) {
        configured = Set.copyOf(ofConfiguration);
        Set<TrackedFile> files = new LinkedHashSet<>(ofConfiguration);
        files.addAll(inCode);
        numbers.keySet().retainAll(files);
        emptied.retainAll(files);
        for (TrackedFile file : files) {
            if (!numbers.containsKey(file)) {
                report(file);
            }
        }
        if (files.isEmpty()) {
            end();
        } else if (thread == null) {
            thread = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("lvs-health-files", true));
            thread.scheduleWithFixedDelay(
                    Recurring.of(this::readAll, logger, "the tracked files cannot be read"),
                    PERIOD_MILLIS,
                    PERIOD_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void readAll() {
        for (TrackedFile file : Set.copyOf(numbers.keySet())) {
            report(file);
        }
    }

    private void report(TrackedFile file) {
        String text = read(file.path());
        if (text.isEmpty() && Files.exists(file.path()) && numbers.containsKey(file) && emptied.add(file)) {
            return;
        }
        emptied.remove(file);
        int number = TrackedFile.number(text);
        Integer before = numbers.put(file, number);
        if (before == null || before != number) {
            listener.number(file, number);
        }
    }

    /** The start of a file; empty if it cannot be read. */
    private static String read(Path path) {
        if (!Files.isRegularFile(path)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(path)) {
            return new String(in.readNBytes(READ_BYTES), ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private void end() {
        ScheduledThreadPoolExecutor running = thread;
        if (running != null) {
            thread = null;
            running.shutdownNow();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        end();
    }
}
