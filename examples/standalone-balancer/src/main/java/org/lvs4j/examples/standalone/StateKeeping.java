package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorState;
import org.lvs4j.StateRestoration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves the state of a director in its file: at the end, and at an interval if one is given. Without an interval the
 * file exists only between two runs: it is removed as soon as the next one serves, so that a crash later does not bring
 * back clients and drains of long ago. Thread-safe.
 */
final class StateKeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateKeeping.class);

    private final StateFile file;
    private final Director director;
    private final @Nullable Duration interval;
    private final LongAdder saves = new LongAdder();
    private final LongAdder failures = new LongAdder();

    /** Guarded by this object. */
    private boolean left;

    private @Nullable Thread thread;

    StateKeeping(StateFile file, Director director, @Nullable Duration interval) {
        this.file = file;
        this.director = director;
        this.interval = interval;
    }

    /** Restores the state of a file, if there is one. */
    static void restore(StateFile file, Director director) {
        DirectorState state = file.load();
        if (state != null) {
            LOG.info("state: {}: {}", file.path(), describe(director.restore(state, System.currentTimeMillis())));
        }
    }

    /** What has been restored, and what has not, in one line. */
    static String describe(StateRestoration done) {
        StringJoiner text = new StringJoiner(", ");
        text.add("restored " + Count.of(done.templates(), "persistent client"));
        text.add(Count.of(done.drains(), "drain"));
        text.add("counters of " + Count.of(done.services(), "service") + " and " + Count.of(done.servers(), "server"));
        List<String> out = new ArrayList<>();
        add(out, done.templatesExpired(), "persistent client", " whose time is over");
        add(out, done.templatesMissing(), "persistent client", " of a server or of a persistence that is no more");
        add(out, done.templatesKnown(), "persistent client", " that came meanwhile");
        add(out, done.templatesRefused(), "persistent client", " above --max-templates");
        add(out, done.drainsLeftOut(), "drain", "");
        add(out, done.servicesMissing(), "service", "");
        add(out, done.serversMissing(), "server", "");
        return text + "; saved " + done.elapsed().toSeconds() + " s ago"
                + (out.isEmpty() ? "" : "; left out: " + String.join(", ", out));
    }

    private static void add(List<String> parts, long count, String what, String which) {
        if (count != 0) {
            parts.add(Count.of(count, what) + which);
        }
    }

    /** To be called when the director serves. */
    void serve() {
        if (interval == null) {
            file.remove();
            return;
        }
        Thread saving = new Thread(() -> saveRegularly(interval), "lvsd-state");
        saving.setDaemon(true);
        thread = saving;
        saving.start();
    }

    private void saveRegularly(Duration every) {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(every.toMillis());
                save();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Saves the state, unless another process has it; returns whether that has not failed. */
    synchronized boolean save() {
        if (left) {
            return true;
        }
        try {
            long startNanos = System.nanoTime();
            DirectorState state = director.saveState(System.currentTimeMillis());
            file.save(state);
            saves.increment();
            LOG.debug(
                    "state: {} saved, {} bytes in {} ms",
                    file.path(),
                    state.bytes(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
            return true;
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            failures.increment();
            LOG.error("state: cannot be saved in {}: {}", file.path(), Reason.of(e));
            return false;
        }
    }

    /** How often the state has been saved. */
    long saves() {
        return saves.sum();
    }

    /** How often it could not be saved. */
    long failures() {
        return failures.sum();
    }

    /** Saves no more, since another process has the state and the file. Waits for a save that is under way. */
    synchronized void leave() {
        left = true;
    }

    @Override
    public void close() {
        Thread saving = thread;
        if (saving != null) {
            saving.interrupt();
        }
    }
}
