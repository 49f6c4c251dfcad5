package org.lvs4j.config.keepalived;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pattern behind an inclusion, with its alternatives in braces expanded.
 *
 * @param alternatives the patterns without braces
 */
record IncludePattern(List<String> alternatives) {
    /** The keys, of which the longer ones demand more of what must exist. */
    static final Set<String> KEYS = Set.of("include", "includer", "includem", "includew", "includeb", "includea");

    static final int MAX_ALTERNATIVES = 1024;

    /** The most characters that are copied in the course of it. */
    private static final int MAX_CHARACTERS = 4 * 1024 * 1024;

    /** Of a pattern with alternatives, or null if there are too many. */
    static @Nullable IncludePattern of(String text) {
        Set<String> expanded = Set.of(text);
        // One pair of braces of each text at a time. Texts that are the same are dropped before the next pair
        // multiplies them.
        for (long characters = 0; ; characters += characters(expanded)) {
            Set<String> next = new LinkedHashSet<>();
            boolean more = false;
            for (String each : expanded) {
                more |= expand(each, next);
                if (next.size() > MAX_ALTERNATIVES || characters > MAX_CHARACTERS) {
                    return null;
                }
            }
            if (!more) {
                return new IncludePattern(List.copyOf(expanded));
            }
            expanded = next;
        }
    }

    private static long characters(Set<String> texts) {
        return texts.stream().mapToLong(String::length).sum();
    }

    /** Expands the first innermost pair of braces of a text, or returns false if it has none. */
    private static boolean expand(String text, Set<String> expanded) {
        int close = -1;
        int open = -1;
        for (int i = 0; i < text.length() && close < 0; i++) {
            open = text.charAt(i) == '{' ? i : open;
            close = text.charAt(i) == '}' && open >= 0 ? i : close;
        }
        if (close < 0) {
            return false;
        }
        String before = text.substring(0, open);
        String behind = text.substring(close + 1);
        for (String part : text.substring(open + 1, close).split(",", MAX_ALTERNATIVES + 1)) {
            expanded.add(before + part + behind);
        }
        return true;
    }

    static boolean hasWildcard(String pattern) {
        return pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0 || pattern.indexOf('[') >= 0;
    }

    /** Whether it is an error that nothing matches an alternative. */
    boolean mustMatch(String key, String alternative) {
        boolean wildcard = hasWildcard(alternative);
        boolean braces = alternatives.size() > 1;
        return switch (key) {
            case "includea" -> true;
            case "includeb" -> braces || !wildcard;
            case "includew" -> wildcard || !braces;
            case "includem" -> !wildcard;
            default -> !wildcard && !braces;
        };
    }
}
