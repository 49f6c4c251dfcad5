package org.lvs4j.replay;

import org.jspecify.annotations.Nullable;

/** The words of a line, separated by blanks and read from left to right. Every error names a column. */
final class Words {
    private final String source;
    private final int line;
    private final String text;
    private int position;
    private int wordStart;

    Words(String source, int line, String text) {
        this.source = source;
        this.line = line;
        this.text = text;
    }

    String source() {
        return source;
    }

    int line() {
        return line;
    }

    /** The next word, or null at the end of the line. */
    @Nullable
    String next() {
        skipBlanks();
        wordStart = position;
        while (position < text.length() && !isBlank(text.charAt(position))) {
            position++;
        }
        return position == wordStart ? null : text.substring(wordStart, position);
    }

    /** The next word; an error if there is none. */
    String need(String expected) throws TraceException {
        String word = next();
        if (word == null) {
            throw fail(expected);
        }
        return word;
    }

    /** The next word without consuming it; null at the end of the line. */
    @Nullable
    String peek() {
        int before = position;
        int startBefore = wordStart;
        String word = next();
        position = before;
        wordStart = startBefore;
        return word;
    }

    /** An error if there is another word. */
    void end(String expected) throws TraceException {
        if (next() != null) {
            throw fail(expected);
        }
    }

    /** The rest of the line, without surrounding blanks. */
    String rest() {
        skipBlanks();
        wordStart = position;
        position = text.length();
        return text.substring(wordStart).stripTrailing();
    }

    /** The words read so far, separated by single blanks. */
    String soFar() {
        return soFar(0);
    }

    /** The words read since an offset, separated by single blanks. */
    String soFar(int start) {
        return text.substring(start, position).strip().replaceAll("[ \t]+", " ");
    }

    /** The offset of the word that was read last. */
    int offset() {
        return wordStart;
    }

    /** An error about the word that was read last. */
    TraceException fail(String expected) {
        return fail("unexpected", expected);
    }

    /** An error about the word that was read last; the message is the problem followed by the word. */
    TraceException fail(String problem, String expected) {
        int end = wordStart;
        while (end < text.length() && !isBlank(text.charAt(end))) {
            end++;
        }
        return TraceException.at(source, line, wordStart + 1, text.substring(wordStart, end), problem, expected);
    }

    /** The value of a decimal number within 0..max; -1 for any other text. */
    static long number(String word, long max) {
        if (word.isEmpty() || word.length() > 18) {
            return -1;
        }
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) < '0' || word.charAt(i) > '9') {
                return -1;
            }
        }
        long value = Long.parseLong(word);
        return value <= max ? value : -1;
    }

    private void skipBlanks() {
        while (position < text.length() && isBlank(text.charAt(position))) {
            position++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
