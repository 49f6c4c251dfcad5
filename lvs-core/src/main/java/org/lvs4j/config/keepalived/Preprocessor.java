package org.lvs4j.config.keepalived;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.keepalived.IncludeSource.IncludedFile;

/**
 * Reads the lines of a file and of the files that it includes: drops comments and lines for other configurations, keeps
 * definitions, repeats lines, and passes on every other line with its definitions expanded.
 */
final class Preprocessor {
    private static final int MAX_DEPTH = 32;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final KeepalivedOptions options;
    private final Problems problems;
    private final Lexer output;
    private final Definitions definitions = new Definitions();
    private final Deque<IncludedFile> including = new ArrayDeque<>();
    private long characters;
    private int lines;

    /** The definition whose lines are being read, or null. */
    private @Nullable String defining;

    private List<String> definition = new ArrayList<>();

    Preprocessor(KeepalivedOptions options, Problems problems, Lexer output) {
        this.options = options;
        this.problems = problems;
        this.output = output;
    }

    /** Reads a file and everything that it includes. */
    void file(IncludedFile file) {
        problems.source(file.name());
        if (file.text().length + characters > KeepalivedFile.MAX_TEXT_LENGTH) {
            throw problems.fatal(new Place(file.name(), 1, 1)
                    .error(
                            "",
                            "text of " + file.text().length + " bytes is too long",
                            "at most " + KeepalivedFile.MAX_TEXT_LENGTH + " with all included files"));
        }
        including.push(file);
        definitions.give("_PWD", options.includes().absolute(file.directory()));
        String text = decoded(file.text());
        int number = 0;
        int start = text.indexOf(BYTE_ORDER_MARK) == 0 ? 1 : 0;
        while (start < text.length()) {
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline;
            Line line = Line.of(file.name(), ++number, text.substring(start, end));
            if (line.text().length() > KeepalivedFile.MAX_LINE_LENGTH) {
                throw problems.fatal(tooLong(line));
            }
            physical(line.trimmed());
            start = end + 1;
        }
        endDefinition();
        output.line(Line.of(file.name(), number + 1, ""), false);
        including.pop();
        IncludedFile outer = including.peek();
        definitions.give("_PWD", outer == null ? "" : options.includes().absolute(outer.directory()));
    }

    private static KeepalivedException tooLong(Line line) {
        return line.place(0)
                .error(line.text(), "line is too long:", "at most " + KeepalivedFile.MAX_LINE_LENGTH + " characters");
    }

    /** UTF-8, or, if it is not that, a character for each byte. */
    private static String decoded(byte[] text) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(text, StandardCharsets.ISO_8859_1);
        }
    }

    /** A line as it stands in a file. */
    private void physical(Line line) {
        String name = defining;
        if (name == null) {
            logical(line, 0);
            return;
        }
        Line bare = line.part(0, Quotes.commentStart(line.text())).trimmed();
        if (bare.isEmpty() && !isOurs(line.text())) {
            return;
        }
        boolean continued = bare.text().endsWith("\\");
        Line kept = isOurs(line.text()) ? line : bare;
        int length = kept.text().length();
        requireRoom(kept, 1);
        characters += length + 1;
        definition.add(
                kept.text().endsWith("\\") ? kept.part(0, length - 1).trimmed().text() : kept.text());
        if (!continued && !isOurs(line.text())) {
            endDefinition();
        }
    }

    private void endDefinition() {
        if (defining != null) {
            // Two lines at least, so that it is known as one of several lines.
            definition.add("");
            definitions.define(defining, definition);
            defining = null;
            definition = new ArrayList<>();
        }
    }

    /**
     * A line of a file, a definition or a repetition.
     *
     * @param depth the number of definitions and repetitions that it is in
     */
    private void logical(Line whole, int depth) {
        requireRoom(whole, 1);
        lines++;
        characters += whole.text().length() + 1;
        if (depth > MAX_DEPTH) {
            throw problems.fatal(whole.place(0)
                    .error(
                            whole.text(),
                            "definition that is used in itself:",
                            "at most " + MAX_DEPTH + " in each other"));
        }
        try {
            Line kept = chosen(whole);
            if (kept != null) {
                chosenLine(kept, depth);
            }
        } catch (KeepalivedException e) {
            problems.error(e);
        }
    }

    /** Ends the reading if a line, so many times, is more than may be read. */
    private void requireRoom(Line line, int times) {
        long longer = characters + (long) times * (line.text().length() + 1);
        if (lines + times > KeepalivedFile.MAX_LINES || longer > KeepalivedFile.MAX_TEXT_LENGTH) {
            throw problems.fatal(line.place(0)
                    .error(
                            "",
                            "too many lines with everything that is included, defined and repeated",
                            "at most " + KeepalivedFile.MAX_LINES + " lines and " + KeepalivedFile.MAX_TEXT_LENGTH
                                    + " characters"));
        }
    }

    private static boolean isOurs(String text) {
        String name = Statement.OURS;
        return text.startsWith(name) && (text.length() == name.length() || Line.isBlank(text.charAt(name.length())));
    }

    /** The line behind its conditions {@code @ID} and {@code @^ID}, or null if one of them is not met. */
    private @Nullable Line chosen(Line line) {
        String text = line.text();
        int start = 0;
        while (text.startsWith("@", start)) {
            int end = line.wordEnd(start);
            boolean unless = text.startsWith("@^", start);
            String id = text.substring(start + (unless ? 2 : 1), end);
            if (id.equals(options.configurationId()) == unless) {
                return null;
            }
            start = line.wordStart(end);
        }
        return start == 0 ? line : line.part(start, text.length()).trimmed();
    }

    private void chosenLine(Line line, int depth) throws KeepalivedException {
        if (isOurs(line.text())) {
            output.ours(line);
            return;
        }
        int end = Quotes.commentStart(line.text());
        if (end < line.text().length() && isOurs(line.text().substring(end))) {
            throw line.place(end).error(Statement.OURS, "behind another statement:", "it on a line of its own");
        }
        Line bare = line.part(0, end).trimmed();
        String text = bare.text();
        if (bare.isEmpty() || define(bare)) {
            return;
        }
        if (Repetition.startsWith(text)) {
            repeat(Repetition.parse(bare, definitions), depth);
            return;
        }
        List<String> body = definitions.alone(text);
        if (body != null) {
            for (String part : body) {
                logical(Line.at(bare.place(0), part), depth + 1);
            }
            return;
        }
        Line expanded = definitions.expand(bare).trimmed();
        characters += expanded.text().length();
        if (!include(expanded)) {
            pass(expanded);
        }
    }

    private void pass(Line line) {
        String text = line.text();
        if (text.endsWith("\\")) {
            int end = text.length() - 1;
            problems.error(line.place(end)
                    .error("\\", "continuation", "the rest on the same line; only a definition has several lines"));
            output.line(line.part(0, end), true);
            return;
        }
        if (text.startsWith("instance") && line.wordEnd(0) == "instance".length()) {
            definitions.give("_INSTANCE", text.substring("instance".length()).trim());
        }
        output.line(line, false);
    }

    /** Keeps {@code $NAME=value}, or returns false if the line is none. */
    private boolean define(Line line) {
        String text = line.text();
        int end = text.startsWith("$") ? Definitions.nameEnd(text, 1) : 0;
        if (end <= 1 || end == text.length() || text.charAt(end) != '=') {
            return false;
        }
        String name = text.substring(1, end);
        String value = text.substring(end + 1).trim();
        if (value.endsWith("\\")) {
            defining = name;
            String first = value.substring(0, value.length() - 1).trim();
            if (!first.isEmpty()) {
                definition.add(first);
            }
        } else {
            definitions.define(name, List.of(value));
        }
        return true;
    }

    private void repeat(Repetition repetition, int depth) {
        // Before the first line of what cannot be read to its end.
        requireRoom(repetition.rest(), repetition.values().size());
        List<@Nullable List<String>> before = new ArrayList<>();
        for (String name : repetition.names()) {
            before.add(definitions.get(name));
        }
        for (List<String> values : repetition.values()) {
            for (int i = 0; i < values.size(); i++) {
                definitions.define(repetition.names().get(i), List.of(values.get(i)));
            }
            logical(repetition.rest(), depth + 1);
        }
        for (int i = 0; i < before.size(); i++) {
            List<String> old = before.get(i);
            if (old == null) {
                definitions.remove(repetition.names().get(i));
            } else {
                definitions.define(repetition.names().get(i), old);
            }
        }
    }

    /** Reads the files that a line includes, or returns false if it includes none. */
    private boolean include(Line line) throws KeepalivedException {
        int end = line.wordEnd(0);
        String key = line.text().substring(0, end);
        if (!IncludePattern.KEYS.contains(key)) {
            return false;
        }
        Line pattern = line.part(end, line.text().length()).trimmed();
        if (pattern.isEmpty()) {
            throw line.place(0).error(key, "the value is missing behind", "a file name or a pattern");
        }
        if (including.size() >= MAX_DEPTH) {
            throw line.place(0).error(key, "too many files include each other:", "at most " + MAX_DEPTH);
        }
        IncludePattern patterns = IncludePattern.of(pattern.text());
        if (patterns == null) {
            throw pattern.place(0)
                    .error(
                            pattern.text(),
                            "too many alternatives:",
                            "at most " + IncludePattern.MAX_ALTERNATIVES + " in braces");
        }
        String directory = including.element().directory();
        boolean found = false;
        for (String alternative : patterns.alternatives()) {
            List<IncludedFile> files = options.includes().find(alternative, directory);
            found |= !files.isEmpty();
            if (files.isEmpty() && patterns.mustMatch(key, alternative)) {
                throw pattern.place(0)
                        .error(alternative, "no such file:", "a file that can be read and is not a program");
            }
            for (IncludedFile file : files) {
                included(file, pattern);
            }
        }
        if (!found) {
            problems.warning(pattern.place(0), "no file matches '" + KeepalivedException.shown(pattern.text()) + "'");
        }
        return true;
    }

    private void included(IncludedFile file, Line pattern) {
        if (file.problem() != null) {
            problems.error(pattern.place(0)
                    .error(
                            file.name(),
                            "file that cannot be read (" + file.problem() + "):",
                            "a file that can be read"));
        } else if (including.stream().anyMatch(each -> each.name().equals(file.name()))) {
            problems.error(pattern.place(0).error(file.name(), "file that includes itself:", "another file"));
        } else {
            file(file);
        }
    }
}
