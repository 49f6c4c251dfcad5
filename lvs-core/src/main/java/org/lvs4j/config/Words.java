package org.lvs4j.config;

import java.util.ArrayList;
import java.util.List;

/** Splits lines at their blanks. There are no quotes and no escapes: no rule needs them. */
final class Words {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private Words() {}

    /** The words of a line without its comment and without a leading {@code ipvsadm}. */
    static List<Token> of(String text, int start, int end, String source, int line) throws RuleException {
        if (end - start > Rules.MAX_LINE_LENGTH) {
            throw new Token(source, line, 1, text.substring(start, end))
                    .misused(
                            "line of " + (end - start) + " characters is too long; it starts with",
                            "at most " + Rules.MAX_LINE_LENGTH + " characters");
        }
        List<Token> words = new ArrayList<>();
        int at = start;
        while (at < end) {
            if (isBlank(text.charAt(at)) || at == 0 && text.charAt(0) == BYTE_ORDER_MARK) {
                at++;
                continue;
            }
            if (text.charAt(at) == '#') {
                break;
            }
            int first = at;
            while (at < end && !isBlank(text.charAt(at))) {
                at++;
            }
            words.add(new Token(source, line, first - start + 1, text.substring(first, at)));
        }
        if (words.size() > 1 && words.get(0).text().equals("ipvsadm")) {
            words.remove(0);
        }
        return words;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r';
    }
}
