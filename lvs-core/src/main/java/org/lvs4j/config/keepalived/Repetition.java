package org.lvs4j.config.keepalived;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The head of a line that is repeated: {@code ~SEQ(name, first, step, last)}, {@code ~SEQx(...)} for hexadecimal numbers,
 * {@code ~LST(name, one, two)}.
 *
 * @param names the names that are defined for each repetition
 * @param values their values, for each repetition
 * @param rest the line behind it
 */
record Repetition(List<String> names, List<List<String>> values, Line rest) {
    static final int MAX_REPETITIONS = 1_000_000;

    private static final String FORMS =
            "~SEQ(NAME, [FIRST, [STEP,]] LAST) or ~LST(NAME, WORD, ...) and the text to repeat";

    static boolean startsWith(String text) {
        return text.startsWith("~SEQ") || text.startsWith("~LST");
    }

    /** Reads the head of a line that {@link #startsWith} one. */
    static Repetition parse(Line line, Definitions definitions) throws KeepalivedException {
        String text = line.text();
        int open = text.indexOf('(');
        int close = text.indexOf(')');
        String kind = open < 0 ? text : text.substring(0, open);
        if (close < open || open < 0 || !kind.equals("~SEQ") && !kind.equals("~SEQx") && !kind.equals("~LST")) {
            throw line.place(0).error(text, "not a repetition", FORMS);
        }
        Line arguments = definitions.expand(line.part(open + 1, close));
        Line rest = line.part(close + 1, text.length()).trimmed();
        return kind.equals("~LST") ? list(arguments, rest) : sequence(arguments, rest, kind.endsWith("x"));
    }

    private static Repetition sequence(Line arguments, Line rest, boolean hexadecimal) throws KeepalivedException {
        List<String> parts = parts(arguments.text());
        if (parts.size() < 2 || parts.size() > 4) {
            throw arguments.place(0).error(arguments.text(), "wrong number of arguments:", FORMS);
        }
        String name = name(arguments, parts.get(0));
        long last = number(arguments, parts.get(parts.size() - 1));
        long first = parts.size() > 2 ? number(arguments, parts.get(1)) : last < 0 ? -1 : 1;
        long step = parts.size() > 3 ? number(arguments, parts.get(2)) : last < first ? -1 : 1;
        if (step == 0 || last != first && last > first != step > 0) {
            throw arguments.place(0).error(parts.get(2), "step", "a number that leads from " + first + " to " + last);
        }
        if ((last - first) / step >= MAX_REPETITIONS) {
            throw arguments.place(0).error(arguments.text(), "too many repetitions:", "at most " + MAX_REPETITIONS);
        }
        int count = (int) ((last - first) / step) + 1;
        return new Repetition(List.of(name), new Sequence(first, step, count, hexadecimal), rest);
    }

    /** The values of a sequence, each of which exists while it is used. */
    private static final class Sequence extends AbstractList<List<String>> {
        private final long first;
        private final long step;
        private final int count;
        private final boolean hexadecimal;

        Sequence(long first, long step, int count, boolean hexadecimal) {
            this.first = first;
            this.step = step;
            this.count = count;
            this.hexadecimal = hexadecimal;
        }

        @Override
        public List<String> get(int index) {
            long value = first + index * step;
            return List.of(hexadecimal ? Long.toHexString(value) : Long.toString(value));
        }

        @Override
        public int size() {
            return count;
        }
    }

    private static long number(Line arguments, String text) throws KeepalivedException {
        Long number = numberOrNull(text);
        if (number == null) {
            throw arguments.place(0).error(text, "number", "a decimal number, or a hexadecimal one behind 0x");
        }
        return number;
    }

    private static @Nullable Long numberOrNull(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative ? text.substring(1) : text;
        boolean hexadecimal = digits.startsWith("0x") || digits.startsWith("0X");
        try {
            int value = Integer.parseUnsignedInt(hexadecimal ? digits.substring(2) : digits, hexadecimal ? 16 : 10);
            return negative ? -Integer.toUnsignedLong(value) : Integer.toUnsignedLong(value);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static Repetition list(Line arguments, Line rest) throws KeepalivedException {
        List<String> parts = parts(arguments.text());
        if (parts.size() < 2) {
            throw arguments.place(0).error(arguments.text(), "wrong number of arguments:", FORMS);
        }
        List<String> names = new ArrayList<>();
        for (String name : members(parts.get(0))) {
            names.add(name(arguments, name));
        }
        List<List<String>> values = new ArrayList<>();
        for (String part : parts.subList(1, parts.size())) {
            List<String> row = names.size() == 1 ? List.of(part) : members(part);
            if (row.size() != names.size()) {
                throw arguments.place(0).error(part, "values", names.size() + " in braces, one for each name");
            }
            values.add(row);
        }
        return new Repetition(names, values, rest);
    }

    private static String name(Line arguments, String text) throws KeepalivedException {
        if (text.isEmpty() || Definitions.nameEnd(text, 0) < text.length()) {
            throw arguments.place(0).error(text, "name", "letters, digits and underscores");
        }
        return text;
    }

    private static List<String> members(String text) {
        return text.startsWith("{") && text.endsWith("}") && text.length() > 1
                ? parts(text.substring(1, text.length() - 1))
                : List.of(text);
    }

    /** The parts between commas that are not in braces, without blanks around them. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            if (c == ',' && (depth <= 0 || i == text.length())) {
                parts.add(text.substring(start, i).trim());
                start = i + 1;
            }
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        }
        return parts;
    }
}
