package org.lvs4j.replay.health;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.replay.TraceException;

/**
 * A recorded timeline: a configuration, what the servers did, and what the health checks made of it. Immutable.
 *
 * <p>Each line of its last section is {@code <ms> <sign> <text>}: {@code <} is what the world did, {@code >} what the
 * checker did, {@code =} the table afterwards. 0 ms is the start of the checker.
 */
public final class Timeline {
    /** The longest text that is read, in characters. */
    public static final int MAX_TEXT_LENGTH = 64 * 1024 * 1024;

    private final String source;
    private final String head;
    private final Map<String, Section> sections;
    private final List<Entry> entries;

    Timeline(String source, String head, Map<String, Section> sections, List<Entry> entries) {
        this.source = source;
        this.head = head;
        this.sections = Map.copyOf(sections);
        this.entries = List.copyOf(entries);
    }

    /**
     * A section before the timeline.
     *
     * @param line of its title, from 1
     * @param lines its lines
     */
    record Section(int line, List<String> lines) {
        String text() {
            StringBuilder text = new StringBuilder();
            lines.forEach(each -> text.append(each).append('\n'));
            return text.toString();
        }
    }

    /**
     * A line of the timeline.
     *
     * @param line its number, from 1
     * @param millis when
     * @param sign {@code <}, {@code >} or {@code =}
     * @param text what
     */
    record Entry(int line, long millis, char sign, String text) {
        @Override
        public String toString() {
            return String.format("%7d %c %s", millis, sign, text);
        }
    }

    /**
     * Reads a timeline. Costs time and memory proportional to the text.
     *
     * @param text the timeline
     * @param source its name, for messages
     * @throws TraceException at the first line that cannot be read
     */
    public static Timeline parse(String text, String source) throws TraceException {
        return new TimelineParser(requireNonNull(text, "text"), requireNonNull(source, "source")).parse();
    }

    /**
     * Whether a text is a timeline rather than a decision trace: it has the line {@code [timeline]}, or {@code [config]},
     * which stands before it.
     */
    public static boolean isTimeline(String text) {
        return requireNonNull(text, "text")
                .lines()
                .anyMatch(line -> line.equals(TimelineParser.TITLE) || line.equals(TimelineParser.CONFIGURATION));
    }

    /** The name of the timeline. */
    public String source() {
        return source;
    }

    /** Everything up to the title of the timeline, as it is. */
    String head() {
        return head;
    }

    Set<String> sectionNames() {
        return sections.keySet();
    }

    @Nullable
    Section section(String name) {
        return sections.get(name);
    }

    List<String> lines(String section) {
        Section found = sections.get(section);
        return found == null ? List.of() : found.lines();
    }

    List<Entry> entries() {
        return entries;
    }

    /** Whether the times of its probes are random, so that only bounds and periods are compared. */
    boolean isRandom() {
        return sections.containsKey("random");
    }

    /** The name. */
    @Override
    public String toString() {
        return source;
    }
}
