package org.lvs4j.config.keepalived;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.BodyPattern;

/** The regular expression of a {@code url} block as it is written: one of PCRE, read by Java. */
final class PatternDraft {
    private static final int WITHOUT_EFFECT = 0;

    /** The options of PCRE that Java has, too, or that change nothing about a match. */
    private static final Map<String, Integer> OPTIONS = Map.ofEntries(
            Map.entry("caseless", Pattern.CASE_INSENSITIVE),
            Map.entry("multiline", Pattern.MULTILINE),
            Map.entry("dotall", Pattern.DOTALL),
            Map.entry("extended", Pattern.COMMENTS),
            Map.entry("ucp", Pattern.UNICODE_CHARACTER_CLASS),
            Map.entry("utf", Pattern.UNICODE_CASE),
            Map.entry("auto_callout", WITHOUT_EFFECT),
            Map.entry("dupnames", WITHOUT_EFFECT),
            Map.entry("never_ucp", WITHOUT_EFFECT),
            Map.entry("never_utf", WITHOUT_EFFECT),
            Map.entry("never_backslash_c", WITHOUT_EFFECT),
            Map.entry("no_auto_capture", WITHOUT_EFFECT),
            Map.entry("no_auto_possess", WITHOUT_EFFECT),
            Map.entry("no_dotstar_anchor", WITHOUT_EFFECT),
            Map.entry("no_start_optimize", WITHOUT_EFFECT),
            Map.entry("alt_verbnames", WITHOUT_EFFECT),
            Map.entry("use_offset_limit", WITHOUT_EFFECT));

    private @Nullable Word expression;
    private @Nullable Pattern pattern;
    private int flags = Pattern.UNIX_LINES;
    private boolean noMatch;
    private int minOffset;
    private int maxOffset = Integer.MAX_VALUE;
    private @Nullable Word offset;

    void expression(Statement statement) throws KeepalivedException {
        expression = statement.value("a regular expression in double quotes");
    }

    void noMatch(boolean value) {
        noMatch = value;
    }

    void options(Statement statement) throws KeepalivedException {
        String expected =
                "one of " + String.join(" ", OPTIONS.keySet().stream().sorted().toList());
        statement.value(expected);
        for (Word word : statement.values()) {
            Integer flag = OPTIONS.get(word.text());
            if (flag == null) {
                throw word.error("option that is unknown or not supported:", expected);
            }
            flags |= flag;
        }
    }

    void minOffset(Statement statement, Context context) throws KeepalivedException {
        offset = statement.value("a number of characters");
        minOffset = (int) Values.number(offset, 0, Integer.MAX_VALUE, context);
    }

    void maxOffset(Statement statement, Context context) throws KeepalivedException {
        offset = statement.value("a number of characters");
        maxOffset = (int) Values.number(offset, 0, Integer.MAX_VALUE, context);
    }

    /** Compiles the expression with all options, and reports what is wrong. */
    void check(Context context) {
        if (offset != null && minOffset > maxOffset) {
            context.problems()
                    .error(offset.error("offsets are crossed:", "regex_min_offset not above regex_max_offset"));
            maxOffset = Integer.MAX_VALUE;
        }
        if (expression == null) {
            return;
        }
        try {
            pattern = Pattern.compile(expression.text(), flags);
        } catch (PatternSyntaxException e) {
            context.problems()
                    .error(expression.error(
                            "not a regular expression (" + e.getDescription() + "):", "an expression that Java knows"));
        } catch (StackOverflowError e) {
            context.problems().error(expression.error("expression with too many levels:", "a simpler one"));
        }
    }

    @Nullable
    BodyPattern resolve() {
        return pattern == null ? null : new BodyPattern(pattern, !noMatch, minOffset, maxOffset);
    }

    /** The options for the flags of an expression, each behind a blank. */
    static String optionsOf(int flags) {
        StringBuilder options = new StringBuilder();
        OPTIONS.entrySet().stream()
                .filter(option -> (flags & option.getValue()) != 0)
                .map(Map.Entry::getKey)
                .sorted()
                .forEach(option -> options.append(' ').append(option));
        return options.toString();
    }
}
