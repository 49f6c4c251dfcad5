package org.lvs4j.examples.standalone.top;

import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Size;

/** Shows a daemon in a terminal: one thread takes events in their order and draws, others make them. */
final class Top {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    /** A daemon that takes longer than usual for an answer. */
    private static final Duration LATE = Duration.ofSeconds(3);

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final View view;
    private final Keys keys;
    private final Theme theme;
    private final Feed feed;
    private final long lateNanos;
    private long answerNanos = System.nanoTime();

    private Top(LvsdClient lvsd, Duration interval, Theme theme) {
        this.theme = theme;
        view = new View(Interval.print(interval));
        keys = new Keys(view);
        feed = new Feed(lvsd, interval, events::add);
        lateNanos = interval.plus(LATE).toNanos();
    }

    static String clock() {
        return LocalTime.now(ZoneId.systemDefault()).format(CLOCK);
    }

    /**
     * Shows a daemon until a key ends it.
     *
     * @return the exit code
     */
    static int run(LvsdClient lvsd, Duration interval, Theme theme) throws IOException {
        Top top = new Top(lvsd, interval, theme);
        // The first answer is on its way while the terminal is prepared.
        top.feed.start();
        try (Screen screen = Screen.open()) {
            screen.onResize(() -> top.events.add(new Event.Resized()));
            Thread reader = new Thread(() -> top.read(screen), "keys");
            reader.setDaemon(true);
            reader.start();
            top.events.add(new Event.Resized());
            return top.loop(screen);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private void read(Screen screen) {
        Key key;
        do {
            key = screen.read();
            events.add(new Event.Pressed(key));
        } while (key != null);
    }

    private int loop(Screen screen) throws InterruptedException {
        while (true) {
            // The clock moves on without events.
            Event event = events.poll(1, TimeUnit.SECONDS);
            for (; event != null; event = events.poll()) {
                if (!accept(event, screen)) {
                    return 0;
                }
            }
            long silence = System.nanoTime() - answerNanos;
            if (silence > lateNanos) {
                view.fail("lvsd has not answered for " + Text.age(TimeUnit.NANOSECONDS.toSeconds(silence)));
            }
            view.clock(clock());
            screen.draw(Picture.draw(view, theme));
        }
    }

    /** Takes an event; false for the end. */
    private boolean accept(Event event, Screen screen) {
        view.clock(clock());
        if (event instanceof Event.Answered answered) {
            answerNanos = System.nanoTime();
            view.accept(answered.snapshot());
        } else if (event instanceof Event.Failed failed) {
            answerNanos = System.nanoTime();
            view.fail("lvsd cannot be reached, trying again: " + failed.reason());
        } else if (event instanceof Event.Changed changed) {
            view.say(changed.words());
        } else if (event instanceof Event.Resized) {
            Size size = screen.resize();
            view.resize(size.getRows(), size.getColumns());
        } else if (event instanceof Event.Pressed pressed) {
            return pressed.key() != null && accept(pressed.key());
        }
        return true;
    }

    private boolean accept(Key key) {
        Keys.Outcome outcome = keys.press(key);
        if (outcome instanceof Keys.Outcome.Run run) {
            feed.change(run.action());
        }
        return !(outcome instanceof Keys.Outcome.Quit);
    }
}
