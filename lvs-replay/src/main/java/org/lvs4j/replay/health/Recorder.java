package org.lvs4j.replay.health;

import java.util.ArrayList;
import java.util.List;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.replay.health.Timeline.Entry;

/** Collects the lines of a replay. A line of the table follows the last command of each burst. */
final class Recorder {
    private final VirtualClock clock;
    private final List<Entry> lines = new ArrayList<>();
    private boolean showsSources;

    Recorder(VirtualClock clock) {
        this.clock = clock;
    }

    /** Shows with each probe from where it comes, because one of the checks names an own address. */
    void showSources() {
        showsSources = true;
    }

    String source(ProbeTarget target) {
        if (!showsSources) {
            return "";
        }
        return " from " + (target.source() == null ? target.endpoint().address() : target.source());
    }

    private long millis() {
        return Math.floorDiv(clock.now(), 1_000_000);
    }

    /** Something that the checker did. */
    void record(String text) {
        lines.add(new Entry(0, millis(), '>', text));
    }

    void table(String text) {
        lines.add(new Entry(0, millis(), '=', text));
    }

    void input(Entry entry) {
        lines.add(entry);
    }

    List<Entry> lines() {
        return lines;
    }
}
