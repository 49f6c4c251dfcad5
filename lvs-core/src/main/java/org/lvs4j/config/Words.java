package org.lvs4j.config;

import java.util.ArrayList;
import java.util.List;

/** Splits lines at their blanks. There are no quotes and no escapes: no rule needs them. */
final class Words {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /** What a decoder puts in the place of bytes that it cannot decode. */
    private static final char REPLACEMENT = '\uFFFD';

    /** The word that begins a comment with what is ours. */
    static final String OURS = "#lvs4j";

    private Words() {}

    /** The words of a line without its comment and without a leading {@code ipvsadm}. */
    static List<Token> of(String text, int start, int lineEnd, String source, int line) throws RuleException {
        int end = commentStart(text, start, lineEnd);
        if (end - start > Rules.MAX_LINE_LENGTH) {
            throw new Token(source, line, 1, text.substring(start, end))
                    .misused(
                            "line of " + (end - start) + " characters is too long; it starts with",
                            "at most " + Rules.MAX_LINE_LENGTH + " characters");
        }
        List<Token> words = new ArrayList<>();
        int at = start;
        while (at < end) {
            if (isBlank(text, at)) {
                at++;
                continue;
            }
            int first = at;
            while (at < end && !isBlank(text, at)) {
                at++;
            }
            words.add(decoded(new Token(source, line, first - start + 1, text.substring(first, at))));
        }
        if (words.size() > 1 && words.get(0).text().equals("ipvsadm")) {
            words.remove(0);
        }
        return words;
    }

    /** The words behind {@code #lvs4j} at the end of a line, that word first; none if there is no such comment. */
    static List<Token> ours(String text, int start, int lineEnd, String source, int line) throws RuleException {
        int comment = commentStart(text, start, lineEnd);
        List<Token> words = new ArrayList<>();
        if (!text.startsWith(OURS, comment) || lineEnd - comment > Rules.MAX_LINE_LENGTH) {
            return words;
        }
        int at = comment;
        while (at < lineEnd) {
            int first = at;
            while (at < lineEnd && !isBlank(text, at)) {
                at++;
            }
            if (at > first) {
                words.add(decoded(new Token(source, line, first - start + 1, text.substring(first, at))));
            }
            at++;
        }
        return words.isEmpty() || !words.get(0).text().equals(OURS) ? List.of() : words;
    }

    /** The place of the {@code #} that starts a word, or the end of the line. */
    private static int commentStart(String text, int start, int end) {
        int at = start;
        while (at < end && (text.charAt(at) != '#' || at > start && !isBlank(text, at - 1))) {
            at++;
        }
        return at;
    }

    private static Token decoded(Token word) throws RuleException {
        int bad = word.text().indexOf(REPLACEMENT);
        if (bad >= 0) {
            throw word.from(bad).misused("bytes that are not UTF-8:", "UTF-8; only a comment may hold any bytes");
        }
        return word;
    }

    private static boolean isBlank(String text, int at) {
        char c = text.charAt(at);
        return c == ' ' || c == '\t' || c == '\r' || at == 0 && c == BYTE_ORDER_MARK;
    }
}
