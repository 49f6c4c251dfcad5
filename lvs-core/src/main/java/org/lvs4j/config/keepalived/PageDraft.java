package org.lvs4j.config.keepalived;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.HttpPage;
import org.lvs4j.health.HttpPage.StatusRange;

/** A {@code url} block as it is written. */
final class PageDraft extends Settings {
    private static final int FIRST_STATUS = 100;
    private static final int LAST_STATUS = 599;
    private static final int DIGEST_DIGITS = 32;

    static final KeyTable<PageDraft> KEYS = KeyTable.<PageDraft>of("url")
            .key("path", 1, (statement, it, context) -> it.path(statement))
            .key("digest", 1, (statement, it, context) -> it.digest(statement))
            .key("status_code", (statement, it, context) -> it.statuses(statement, context))
            .key("virtualhost", 1, (statement, it, context) -> it.virtualHost = Values.name(statement))
            .key("regex", 1, (statement, it, context) -> it.pattern.expression(statement))
            .key("regex_no_match", 1, (statement, it, context) -> it.pattern.noMatch(Values.truth(statement)))
            .key("regex_options", (statement, it, context) -> it.pattern.options(statement))
            .key("regex_min_offset", 1, (statement, it, context) -> it.pattern.minOffset(statement, context))
            .key("regex_max_offset", 1, (statement, it, context) -> it.pattern.maxOffset(statement, context))
            .key("regex_stack", 2, (statement, it, context) -> {
                for (int i = 0; i < 2; i++) {
                    Values.number(statement.required(i, "two numbers of bytes"), 1, Integer.MAX_VALUE, context);
                }
                context.problems().withoutEffect(statement.key());
            })
            .build();

    private final Place closed;
    private final PatternDraft pattern = new PatternDraft();
    private final List<StatusRange> statuses = new ArrayList<>();
    private @Nullable String path;
    private boolean pathGiven;
    private @Nullable String digest;

    PageDraft(Place closed) {
        this.closed = closed;
    }

    private void path(Statement statement) throws KeepalivedException {
        pathGiven = true;
        Word word = statement.value("the path of a page");
        if (word.text().isEmpty()) {
            throw word.error("empty path", "the path of a page such as /");
        }
        path = word.text();
    }

    private void digest(Statement statement) throws KeepalivedException {
        String expected = "an MD5 digest of " + DIGEST_DIGITS + " hexadecimal digits";
        Word word = statement.value(expected);
        if (digest != null) {
            throw word.error("digest given twice:", "one digest");
        }
        String digits = word.text().toLowerCase(Locale.ROOT);
        if (digits.length() != DIGEST_DIGITS || !digits.chars().allMatch(c -> "0123456789abcdef".indexOf(c) >= 0)) {
            throw word.error("not a digest:", expected);
        }
        digest = digits;
    }

    private void statuses(Statement statement, Context context) throws KeepalivedException {
        statement.value("status codes such as 200 301-302");
        statuses.clear();
        for (Word word : statement.values()) {
            StatusRange range = range(word.text());
            if (range == null) {
                context.problems()
                        .error(word.error(
                                "not a status code:",
                                "a number or a range within " + FIRST_STATUS + ".." + LAST_STATUS));
            } else {
                statuses.add(range);
            }
        }
    }

    private static @Nullable StatusRange range(String text) {
        int dash = text.indexOf('-');
        int first = status(dash < 0 ? text : text.substring(0, dash));
        int last = dash < 0 ? first : status(text.substring(dash + 1));
        return first < 0 || last < first ? null : new StatusRange(first, last);
    }

    private static int status(String text) {
        boolean numeric = text.length() == 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int status = numeric ? Integer.parseInt(text) : -1;
        return status >= FIRST_STATUS && status <= LAST_STATUS ? status : -1;
    }

    /** Whether it can be asked for; reports what is missing. */
    boolean isComplete(Context context) {
        unreadable |= pathGiven && path == null;
        if (path == null && !unreadable) {
            context.problems().error(closed.error("}", "page without a path, found", "path before it"));
        }
        pattern.check(context);
        return path != null;
    }

    HttpPage resolve(@Nullable String host) {
        if (path == null) {
            throw new IllegalStateException("complete");
        }
        return new HttpPage(path, host, digest, statuses, pattern.resolve());
    }
}
