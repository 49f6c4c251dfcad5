package org.lvs4j.netty.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Warnings that an outsider can cause: at most one line a minute of each kind, which says how many others it stands
 * for. A kind is a message together with the kind of its reason; the program's text bounds their number, and a ceiling
 * does so again. Thread-safe; progress: blocking.
 */
public final class RateLimitedLog {
    static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final int MAX_KINDS = 256;

    private final Logger logger;
    private final LongSupplier nanoTime;
    private final Map<Kind, Window> windows = new ConcurrentHashMap<>();
    /** For kinds above the ceiling. */
    private final Window others;

    private record Kind(String message, @Nullable Object reason) {}

    /** A log without lines so far. */
    public RateLimitedLog(Logger logger) {
        this(logger, System::nanoTime);
    }

    RateLimitedLog(Logger logger, LongSupplier nanoTime) {
        this.logger = logger;
        this.nanoTime = nanoTime;
        others = new Window();
    }

    /** Logs a message about a subject, with a reason; the message alone is the kind. */
    public void warn(String message, Object subject, Object reason) {
        window(new Kind(message, null)).warn(message, subject, reason);
    }

    /**
     * Logs that a socket has failed.
     *
     * @param message with placeholders for the subject and the reason
     * @param peer the address that the socket was to reach
     */
    public void warn(String message, Object subject, Object peer, SocketFailure kind, Throwable failure) {
        window(new Kind(message, kind)).warn(message, subject, new PeerFailure(peer, kind, failure));
    }

    private record PeerFailure(Object peer, SocketFailure kind, Throwable failure) {
        @Override
        public String toString() {
            return peer + ": " + kind.describe(failure);
        }
    }

    private Window window(Kind kind) {
        Window window = windows.get(kind);
        if (window != null) {
            return window;
        }
        return windows.size() < MAX_KINDS ? windows.computeIfAbsent(kind, added -> new Window()) : others;
    }

    /** Logs the warnings that were left out more than a minute ago. Called periodically. */
    public void summarize() {
        for (Window window : windows.values()) {
            window.summarize(false);
        }
        others.summarize(false);
    }

    /** Logs how many warnings were left out so far. */
    public void close() {
        for (Window window : windows.values()) {
            window.summarize(true);
        }
        others.summarize(true);
    }

    /** One kind: the end of its minute, and the last of those that were left out since. Guarded by itself. */
    private final class Window {
        private long nextNanos = nanoTime.getAsLong();
        private long left;
        private String message = "";
        private Object subject = "";
        private Object reason = "";

        synchronized void warn(String text, Object about, Object why) {
            message = text;
            subject = about;
            reason = why;
            if (nanoTime.getAsLong() - nextNanos < 0) {
                left++;
            } else {
                log(left);
            }
        }

        synchronized void summarize(boolean now) {
            // The line shows the last one, and counts the others.
            if (left > 0 && (now || nanoTime.getAsLong() - nextNanos >= 0)) {
                log(left - 1);
            }
        }

        private void log(long more) {
            // As text: the stack trace of an exception that an outsider causes adds nothing to its message.
            String why = String.valueOf(reason);
            if (more == 0) {
                logger.warn(message, subject, why);
            } else {
                String lines = more == 1 ? "line" : "lines";
                logger.warn(message + " ({} more such {} left out)", subject, why, more, lines);
            }
            left = 0;
            nextNanos = nanoTime.getAsLong() + INTERVAL_NANOS;
            subject = "";
            reason = "";
        }
    }
}
