package org.lvs4j.netty.internal;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Lines that matter one by one, but that something outside could repeat without end, such as a server that comes and goes:
 * at most a number a minute of each kind. Afterwards a line tells how many were left out. The program bounds the number of
 * kinds. Thread-safe; progress: blocking.
 */
public final class LimitedLog {
    static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Logger logger;
    private final int most;
    private final LongSupplier nanoTime;
    // Guarded by this object.
    private final Map<String, Window> windows = new TreeMap<>();

    /** The minute of one kind. */
    private static final class Window {
        long startNanos;
        int lines;
        long left;
        Object last = "";
    }

    /**
     * A log without lines so far.
     *
     * @param most how many lines of a kind are written within a minute
     */
    public LimitedLog(Logger logger, int most) {
        this(logger, most, System::nanoTime);
    }

    LimitedLog(Logger logger, int most, LongSupplier nanoTime) {
        this.logger = logger;
        this.most = most;
        this.nanoTime = nanoTime;
    }

    /**
     * Writes a line, or counts it.
     *
     * @param kind a few words of the program, such as {@code servers down}
     */
    public synchronized void log(Level level, String kind, Object line) {
        long now = nanoTime.getAsLong();
        Window window = windows.get(kind);
        if (window == null) {
            window = new Window();
            window.startNanos = now;
            windows.put(kind, window);
        } else if (now - window.startNanos >= INTERVAL_NANOS) {
            tellLeft(kind, window);
            window.startNanos = now;
            window.lines = 0;
        }
        if (window.lines < most) {
            window.lines++;
            logger.atLevel(level).log("{}", line);
        } else {
            window.left++;
            window.last = line;
        }
    }

    /** Tells how many lines were left out, of the kinds whose minute is over. Called periodically. */
    public synchronized void summarize() {
        long now = nanoTime.getAsLong();
        windows.forEach((kind, window) -> {
            if (now - window.startNanos >= INTERVAL_NANOS) {
                tellLeft(kind, window);
            }
        });
    }

    /** Tells how many lines were left out so far. */
    public synchronized void close() {
        windows.forEach(this::tellLeft);
    }

    private void tellLeft(String kind, Window window) {
        if (window.left > 0) {
            logger.warn(
                    "{}: {} more {} left out, the last one: {}",
                    kind,
                    window.left,
                    window.left == 1 ? "line was" : "lines were",
                    window.last);
            window.left = 0;
            window.last = "";
        }
    }
}
