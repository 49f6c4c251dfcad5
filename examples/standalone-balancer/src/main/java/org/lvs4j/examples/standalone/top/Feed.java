package org.lvs4j.examples.standalone.top;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Asks a daemon again and again, and has it make changes, on threads of its own. Thread-safe. */
final class Feed {
    private final LvsdClient lvsd;
    private final Duration interval;
    private final Consumer<Event> events;
    private final Semaphore hurry = new Semaphore(0);

    Feed(LvsdClient lvsd, Duration interval, Consumer<Event> events) {
        this.lvsd = lvsd;
        this.interval = interval;
        this.events = events;
    }

    /** Starts to ask. */
    void start() {
        start("snapshots", () -> {
            try {
                while (true) {
                    look();
                    if (hurry.tryAcquire(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                        hurry.drainPermits();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void look() {
        try {
            events.accept(new Event.Answered(fetch(lvsd)));
        } catch (IOException e) {
            events.accept(new Event.Failed(String.valueOf(e.getMessage())));
        }
    }

    /** Asks once. */
    static Snapshot fetch(LvsdClient lvsd) throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        if (lvsd.run(LvsdClient.SNAPSHOT, output, error) != 0) {
            throw new IOException("lvsd refuses: " + firstLine(error));
        }
        return Snapshot.parse(output.toString(StandardCharsets.UTF_8));
    }

    /** Makes a change, and asks at once after it. */
    void change(Action action) {
        start("change", () -> {
            ByteArrayOutputStream error = new ByteArrayOutputStream();
            String result;
            try {
                int exitCode = lvsd.run(action.arguments(), new ByteArrayOutputStream(), error);
                result = exitCode == 0 ? "done: " + action.label() : "refused: " + firstLine(error);
            } catch (IOException e) {
                result = "failed: " + e.getMessage();
            }
            events.accept(new Event.Changed(result));
            hurry.release();
        });
    }

    private static String firstLine(ByteArrayOutputStream error) {
        return error.toString(StandardCharsets.UTF_8).lines().findFirst().orElse("without a reason");
    }
}
