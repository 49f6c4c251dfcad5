package org.lvs4j.config.keepalived;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The pattern behind an inclusion, with its alternatives in braces expanded.
 *
 * @param alternatives the patterns without braces
 */
record IncludePattern(List<String> alternatives) {
    /** The keys, of which the longer ones demand more of what must exist. */
    static final Set<String> KEYS = Set.of("include", "includer", "includem", "includew", "includeb", "includea");

    private static final int MAX_ALTERNATIVES = 1024;

    static IncludePattern of(String text) {
        List<String> expanded = new ArrayList<>();
        expand(text, expanded);
        return new IncludePattern(expanded);
    }

    private static void expand(String text, List<String> expanded) {
        int open = -1;
        int close = -1;
        // The first innermost pair.
        for (int i = 0; i < text.length() && close < 0; i++) {
            open = text.charAt(i) == '{' ? i : open;
            close = text.charAt(i) == '}' && open >= 0 ? i : close;
        }
        if (close < 0 || expanded.size() >= MAX_ALTERNATIVES) {
            if (expanded.size() < MAX_ALTERNATIVES && !expanded.contains(text)) {
                expanded.add(text);
            }
            return;
        }
        for (String part : text.substring(open + 1, close).split(",", -1)) {
            expand(text.substring(0, open) + part + text.substring(close + 1), expanded);
        }
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
