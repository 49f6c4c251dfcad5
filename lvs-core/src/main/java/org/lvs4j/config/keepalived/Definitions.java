package org.lvs4j.config.keepalived;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The definitions that are in force, and their use: {@code $NAME}, <code>${NAME}</code>. */
final class Definitions {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_USES_IN_LINE = 10_000;
    private static final int MAX_RANDOM = 32_767;
    private static final String RANDOM_WITH_LIMITS = "_RANDOM ";

    private final Map<String, List<String>> values = new HashMap<>();
    private final Map<String, String> given = new HashMap<>();
    private final SplittableRandom random = new SplittableRandom();
    private int uses;

    Definitions() {
        given.put("_HASH", "#");
        given.put("_BANG", "!");
        given.put("_INSTANCE", "");
        given.put("_PWD", "");
    }

    /** Sets one of the definitions that are given, whose names begin with an underscore. */
    void give(String name, String value) {
        given.put(name, value);
    }

    /** Defines a name; a single line, or several. */
    void define(String name, List<String> lines) {
        values.put(name, lines);
    }

    void remove(String name) {
        values.remove(name);
    }

    @Nullable
    List<String> get(String name) {
        return values.get(name);
    }

    /** The lines of a definition of several lines that stands alone on a line, or null. */
    @Nullable
    List<String> alone(String text) {
        if (!text.startsWith("$")) {
            return null;
        }
        boolean braces = text.startsWith("${") && text.endsWith("}");
        List<String> lines = values.get(braces ? text.substring(2, text.length() - 1) : text.substring(1));
        return lines == null || lines.size() == 1 ? null : lines;
    }

    /** The offset behind the name that begins at an offset, or that offset if there is none. */
    static int nameEnd(String text, int start) {
        int i = start;
        while (i < text.length() && isNamePart(text.charAt(i), i > start)) {
            i++;
        }
        return i;
    }

    private static boolean isNamePart(char c, boolean digits) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || digits && c >= '0' && c <= '9';
    }

    /** A line in which each use of a definition is replaced; an undefined name stays as it is. */
    Line expand(Line line) throws KeepalivedException {
        if (line.text().indexOf('$') < 0) {
            return line;
        }
        uses = 0;
        Line.Builder expanded = new Line.Builder(line);
        expand(line, line.text(), -1, 0, expanded);
        return expanded.build();
    }

    /**
     * Appends a text with its definitions replaced.
     *
     * @param use the offset in the line of the use from which the text comes, or -1 if the text is the line itself
     */
    private void expand(Line line, String text, int use, int depth, Line.Builder expanded) throws KeepalivedException {
        int i = 0;
        while (i < text.length()) {
            int at = use < 0 ? i : use;
            int end = text.charAt(i) == '$' ? useEnd(text, i) : i;
            String value = end == i ? null : value(line, text, i, end, at);
            if (value == null) {
                int dollar = text.indexOf('$', i + 1);
                int next = dollar < 0 ? text.length() : dollar;
                expanded.append(text, i, next, use);
                i = next;
            } else {
                if (++uses > MAX_USES_IN_LINE || depth == MAX_DEPTH) {
                    throw line.place(at)
                            .error(
                                    text.substring(i, end),
                                    "definition that is used in itself, or too often:",
                                    "at most " + MAX_USES_IN_LINE + " uses in a line, " + MAX_DEPTH + " in each other");
                }
                expand(line, value, at, depth + 1, expanded);
                i = end;
            }
            if (expanded.length() > KeepalivedFile.MAX_LINE_LENGTH) {
                throw line.place(at)
                        .error(
                                "",
                                "the line becomes too long here",
                                "at most " + KeepalivedFile.MAX_LINE_LENGTH + " characters");
            }
        }
    }

    /**
     * The offset behind the use that begins at an offset, or that offset if it is none. What is in braces is looked at as
     * far as it is a name, so that a line of many dollars is not read to its end for each of them.
     */
    private static int useEnd(String text, int dollar) {
        int i = dollar + 1;
        if (i < text.length() && text.charAt(i) == '{') {
            int end = nameEnd(text, i + 1);
            if (text.startsWith(RANDOM_WITH_LIMITS, i + 1)) {
                end = text.indexOf('}', end);
            }
            return end >= 0 && end < text.length() && text.charAt(end) == '}' ? end + 1 : dollar;
        }
        int end = nameEnd(text, i);
        boolean delimited =
                end == text.length() || Line.isBlank(text.charAt(end)) || ",)".indexOf(text.charAt(end)) >= 0;
        return end > i && delimited ? end : dollar;
    }

    private @Nullable String value(Line line, String text, int start, int end, int at) throws KeepalivedException {
        String name =
                text.charAt(start + 1) == '{' ? text.substring(start + 2, end - 1) : text.substring(start + 1, end);
        if (name.equals("_RANDOM") || name.startsWith(RANDOM_WITH_LIMITS)) {
            return random(line, name, at);
        }
        String value = given.get(name);
        if (value != null) {
            return value;
        }
        List<String> lines = values.get(name);
        if (lines == null) {
            return null;
        }
        if (lines.size() > 1) {
            throw line.place(at)
                    .error(text.substring(start, end), "definition of several lines", "it alone on its line");
        }
        return lines.get(0);
    }

    private String random(Line line, String name, int at) throws KeepalivedException {
        String[] limits = name.trim().split("[ \t]+", 4);
        try {
            int least = limits.length > 1 ? Integer.parseInt(limits[1]) : 0;
            int most = limits.length > 2 ? Integer.parseInt(limits[2]) : MAX_RANDOM;
            if (limits.length < 4 && least >= 0 && least <= most && most <= MAX_RANDOM) {
                return Integer.toString(random.nextInt(least, most + 1));
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw line.place(at).error(name, "limits", "two numbers within 0.." + MAX_RANDOM);
    }
}
