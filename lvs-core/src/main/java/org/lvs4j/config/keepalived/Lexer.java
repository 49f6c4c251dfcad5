package org.lvs4j.config.keepalived;

/** Splits lines into words and braces. A line is cut at each brace that is not quoted. */
final class Lexer {
    private static final int LONGEST_ESCAPE = 3;

    private final StatementBuilder output;
    private final Problems problems;

    Lexer(StatementBuilder output, Problems problems) {
        this.output = output;
        this.problems = problems;
    }

    /**
     * Reads a line without comments.
     *
     * @param continued whether the statement at its end continues on the next line
     */
    void line(Line line, boolean continued) {
        String text = line.text();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (Line.isBlank(c)) {
                i++;
            } else if (c == '{') {
                i = open(line, i);
            } else if (c == '}') {
                output.close(line.place(i++));
            } else {
                i = word(line, i);
            }
        }
        if (!continued) {
            output.endOfLine();
        }
    }

    /** Reads an opening brace; returns the offset behind what it takes. */
    private int open(Line line, int at) {
        String key = output.key();
        int close = key != null && Quotes.isRich(key) ? line.text().indexOf('}', at) : -1;
        if (close < 0) {
            output.open(line.place(at));
            return at + 1;
        }
        // A part of an expression or a command, not a block.
        output.broken(line.place(at));
        problems.error(line.place(at)
                .error(line.text().substring(at), "brace that is not quoted:", "the value of '" + key + "' in quotes"));
        return close + 1;
    }

    /** Reads a line of what is ours: words without quotes. */
    void ours(Line line) {
        int i = 0;
        while (i < line.text().length()) {
            if (Line.isBlank(line.text().charAt(i))) {
                i++;
            } else {
                int end = line.wordEnd(i);
                output.word(new Word(line.text().substring(i, end), line.place(i)));
                i = end;
            }
        }
        output.endOfLine();
    }

    /** Reads the word at an offset; returns the offset behind it. */
    private int word(Line line, int start) {
        String key = output.key();
        boolean rich = key != null && Quotes.isRich(key);
        String text = line.text();
        StringBuilder word = new StringBuilder();
        int i = start;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (Quotes.opens(c, rich)) {
                int end = Quotes.end(text, i, rich);
                if (end == Quotes.OPEN) {
                    unterminated(line, i);
                    boolean block = key != null && BlockKeys.opensBlock(key) && text.endsWith("{");
                    return block ? text.length() - 1 : text.length();
                }
                quoted(text, i + 1, end - 1, rich && c == '"', word);
                i = end;
            } else if (c == '\\' && i + 1 < text.length()) {
                char next = text.charAt(i + 1);
                if (rich) {
                    i = escape(text, i, text.length(), word);
                } else {
                    i += next == '#' || next == '!' ? 1 : 0;
                    word.append(text.charAt(i++));
                }
            } else if (Line.isBlank(c) || c == '{' || c == '}') {
                break;
            } else {
                word.append(c);
                i++;
            }
        }
        output.word(new Word(word.toString(), line.place(start)));
        return i;
    }

    private void unterminated(Line line, int at) {
        output.broken(line.place(at));
        problems.error(line.place(at)
                .error(line.text().substring(at), "quote that is not closed:", "a second quote in the same line"));
    }

    private static void quoted(String text, int start, int end, boolean escapes, StringBuilder word) {
        int i = start;
        while (i < end) {
            if (escapes && text.charAt(i) == '\\' && i + 1 < end) {
                i = escape(text, i, end, word);
            } else {
                word.append(text.charAt(i++));
            }
        }
    }

    /** Appends the character for which an escape stands; returns the offset behind it. */
    private static int escape(String text, int backslash, int end, StringBuilder word) {
        int i = backslash + 1;
        char c = text.charAt(i);
        if (c >= '0' && c <= '7') {
            return number(text, i, Math.min(end, i + LONGEST_ESCAPE), 8, word);
        }
        i++;
        if (c == 'x' && i < end && Character.digit(text.charAt(i), 16) >= 0) {
            return number(text, i, Math.min(end, i + 2), 16, word);
        }
        if (c == 'c' && i < end) {
            word.append((char) (Character.toUpperCase(text.charAt(i)) & 0x1F));
            return i + 1;
        }
        int known = "abEfnrtv".indexOf(c);
        word.append(known < 0 ? c : "\u0007\b\u001B\f\n\r\t\u000B".charAt(known));
        return i;
    }

    private static int number(String text, int start, int end, int base, StringBuilder word) {
        int value = 0;
        int i = start;
        while (i < end && Character.digit(text.charAt(i), base) >= 0) {
            value = value * base + Character.digit(text.charAt(i++), base);
        }
        word.append((char) (value & 0xFF));
        return i;
    }
}
