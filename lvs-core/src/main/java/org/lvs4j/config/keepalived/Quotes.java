package org.lvs4j.config.keepalived;

/**
 * Which characters of a line are quoted. Everywhere, double quotes keep blanks, braces and comment marks in a word. In the
 * keys of programs and expressions, single quotes do so, too, and a backslash takes the character behind it as it is.
 */
final class Quotes {
    /** No offset: a quote is not closed. */
    static final int OPEN = -1;

    private Quotes() {}

    /** Whether the words behind a key follow the rules of programs and expressions. */
    static boolean isRich(String key) {
        return key.equals("misc_path")
                || key.equals("regex")
                || key.equals("notify_up")
                || key.equals("notify_down")
                || key.equals("quorum_up")
                || key.equals("quorum_down");
    }

    /** The offset behind the quoted text that begins at an offset, or {@link #OPEN}. */
    static int end(String text, int start, boolean rich) {
        char quote = text.charAt(start);
        for (int i = start + 1; i < text.length(); i++) {
            if (text.charAt(i) == quote) {
                return i + 1;
            }
            if (rich && quote == '"' && text.charAt(i) == '\\') {
                i++;
            }
        }
        return OPEN;
    }

    static boolean opens(char c, boolean rich) {
        return c == '"' || rich && c == '\'';
    }

    /** The offset of the mark that begins a comment, or the length of the text. */
    static int commentStart(String text) {
        boolean rich = false;
        int wordStart = OPEN;
        boolean keyRead = false;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '#' || c == '!') {
                return i;
            } else if (opens(c, rich)) {
                int end = end(text, i, rich);
                if (end == OPEN) {
                    return text.length();
                }
                wordStart = wordStart == OPEN ? i : wordStart;
                i = end;
                continue;
            } else if (c == '{' || c == '}') {
                wordStart = OPEN;
                keyRead = false;
                rich = false;
            } else if (Line.isBlank(c)) {
                if (wordStart != OPEN && !keyRead) {
                    rich = isRich(text.substring(wordStart, i));
                    keyRead = true;
                }
                wordStart = OPEN;
            } else {
                wordStart = wordStart == OPEN ? i : wordStart;
                i += c == '\\' && i + 1 < text.length() ? 1 : 0;
            }
            i++;
        }
        return text.length();
    }
}
