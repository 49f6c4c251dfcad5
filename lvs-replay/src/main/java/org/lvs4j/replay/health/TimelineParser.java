package org.lvs4j.replay.health;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lvs4j.replay.TraceException;
import org.lvs4j.replay.health.Timeline.Entry;
import org.lvs4j.replay.health.Timeline.Section;

/** Reads the text of a timeline. */
final class TimelineParser {
    static final String TITLE = "[timeline]";
    static final String CONFIGURATION = "[config]";

    private static final Pattern SECTION = Pattern.compile("\\[([a-z]+( [\\w.-]+)?)]");
    private static final Pattern ENTRY = Pattern.compile("\\s*(-?\\d{1,12}) ([<>=]) ?(.*)");

    private final String source;
    private final List<String> lines;
    private final Map<String, Section> sections = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private final StringBuilder head = new StringBuilder();
    private int number;

    TimelineParser(String text, String source) {
        this.source = source;
        lines = text.lines().toList();
    }

    Timeline parse() throws TraceException {
        List<String> current = null;
        for (String line : lines) {
            number++;
            head.append(line).append('\n');
            if (line.equals(TITLE)) {
                return readTimeline();
            }
            Matcher title = SECTION.matcher(line);
            if (title.matches()) {
                current = new ArrayList<>();
                if (sections.putIfAbsent(title.group(1), new Section(number, current)) != null) {
                    throw TraceException.at(source, number, 1, line, "a second section", "each section once");
                }
            } else if (current != null) {
                current.add(line);
            } else if (!line.isBlank()) {
                throw TraceException.at(source, number, 1, line, "unexpected", "a section such as [config]");
            }
        }
        throw TraceException.at(source, number + 1, 1, "", "unexpected", TITLE);
    }

    private Timeline readTimeline() throws TraceException {
        if (!sections.containsKey("config")) {
            throw TraceException.at(source, number, 1, TITLE, "no section [config] before", "[config]");
        }
        for (String line : lines.subList(number, lines.size())) {
            number++;
            if (!line.isBlank()) {
                entries.add(entry(line));
            }
        }
        return new Timeline(source, head.toString(), sections, entries);
    }

    private Entry entry(String line) throws TraceException {
        Matcher entry = ENTRY.matcher(line);
        if (!entry.matches()) {
            throw TraceException.at(source, number, 1, line, "unexpected", "<ms> <sign> <text>");
        }
        return new Entry(number, Long.parseLong(entry.group(1)), entry.group(2).charAt(0), entry.group(3));
    }

    /** The words of a line. */
    static List<String> words(@Nullable String text) {
        return text == null || text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
