package org.lvs4j.examples.standalone;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The names in an expression of PromQL: metrics with their label matchers, and the labels of grouping clauses with the
 * metrics that they group. It splits an expression into tokens and knows where names are; whether an expression is valid
 * is for {@code promtool}. Labels that {@code label_replace} makes are not understood. Intervals may be variables of Grafana.
 */
record Promql(List<Selector> selectors, List<Grouping> groupings) {
    private static final Pattern TOKEN = Pattern.compile("\\s+|#[^\n]*"
            + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`)"
            + "|(?<number>[0-9][0-9A-Za-z_.]*|\\.[0-9]+)"
            + "|(?<name>[A-Za-z_:][A-Za-z0-9_:]*)"
            + "|(?<variable>\\$\\w+|\\$\\{\\w+\\})"
            + "|(?<operator>=~|!~|!=|==|>=|<=|[-+*/%^<>=(){}\\[\\],:@])");
    private static final Set<String> GROUPINGS = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> WORDS =
            Set.of("and", "or", "unless", "bool", "offset", "atan2", "inf", "nan", "start", "end");

    /** A matcher, such as {@code reason=~"idle|peer"}. */
    record LabelMatcher(String label, String operator, String value) {}

    /** A metric at a place in the expression. */
    record Selector(int place, String name, List<LabelMatcher> matchers) {}

    /** A clause such as {@code by (instance)} and what it is about: all metrics of the expression, but for an aggregation. */
    record Grouping(String keyword, List<String> labels, List<Selector> over) {}

    /** What is wrong with the form of an expression is thrown as an {@link IllegalArgumentException}. */
    static Promql parse(String expression) {
        return new Reader(tokens(expression), expression).read();
    }

    private static List<String> tokens(String expression) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(expression);
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            end = matcher.end();
            if (Stream.of("string", "number", "name", "variable", "operator")
                    .anyMatch(kind -> matcher.group(kind) != null)) {
                tokens.add(matcher.group());
            }
        }
        if (end != expression.length()) {
            throw new IllegalArgumentException("not understood from '" + expression.substring(end) + "' on");
        }
        return tokens;
    }

    /** One pass over the tokens. */
    private static final class Reader {
        private final List<String> tokens;
        private final String expression;
        private final List<Selector> selectors = new ArrayList<>();
        private final List<Clause> clauses = new ArrayList<>();
        private int at;

        /** A grouping clause and the places of the tokens that it groups. */
        private record Clause(String keyword, List<String> labels, int from, int to) {}

        Reader(List<String> tokens, String expression) {
            this.tokens = tokens;
            this.expression = expression;
        }

        Promql read() {
            while (at < tokens.size()) {
                String token = tokens.get(at);
                if (token.equals("[")) {
                    at = closing(at) + 1;
                } else if (token.equals("{")) {
                    selector(null);
                } else if (isName(token)) {
                    name(token);
                } else {
                    at++;
                }
            }
            List<Grouping> groupings = clauses.stream()
                    .map(clause -> new Grouping(
                            clause.keyword,
                            clause.labels,
                            selectors.stream()
                                    .filter(metric -> clause.from <= metric.place && metric.place <= clause.to)
                                    .toList()))
                    .toList();
            return new Promql(List.copyOf(selectors), groupings);
        }

        private void name(String name) {
            String next = at + 1 < tokens.size() ? tokens.get(at + 1) : "";
            if (GROUPINGS.contains(name)) {
                if (next.equals("(")) {
                    grouping(name);
                } else {
                    at++;
                }
            } else if (WORDS.contains(name) || next.equals("(") || next.equals("by") || next.equals("without")) {
                at++;
            } else {
                at++;
                selector(name);
            }
        }

        private void grouping(String keyword) {
            int before = at - 1;
            int end = closing(at + 1);
            List<String> labels =
                    tokens.subList(at + 2, end).stream().filter(Reader::isName).toList();
            int from = 0;
            int to = tokens.size();
            if (keyword.equals("by") || keyword.equals("without")) {
                // sum by (...) (OPERAND), or sum (OPERAND) by (...)
                boolean leads = !tokens.get(before).equals(")");
                from = leads ? end + 1 : opening(before);
                to = leads ? closing(end + 1) : before;
            }
            clauses.add(new Clause(keyword, labels, from, to));
            at = end + 1;
        }

        private void selector(String name) {
            int place = at;
            List<LabelMatcher> matchers = new ArrayList<>();
            List<String> names = new ArrayList<>();
            if (at < tokens.size() && tokens.get(at).equals("{")) {
                int end = closing(at);
                for (at++; at < end; at += 4) {
                    if (!isName(tokens.get(at)) || end - at < 3) {
                        throw new IllegalArgumentException("matchers in: " + expression);
                    }
                    String value = tokens.get(at + 2);
                    value = value.substring(1, value.length() - 1);
                    if (tokens.get(at).equals("__name__")) {
                        names.addAll(List.of(value.split("\\|")));
                    } else {
                        matchers.add(new LabelMatcher(tokens.get(at), tokens.get(at + 1), value));
                    }
                }
                at = end + 1;
            }
            if (name != null) {
                names.add(name);
            }
            if (names.isEmpty()) {
                throw new IllegalArgumentException("a metric without a name in: " + expression);
            }
            names.forEach(each -> selectors.add(new Selector(place, each, matchers)));
        }

        private int closing(int opening) {
            int depth = 0;
            for (int i = opening; i < tokens.size(); i++) {
                depth += depth(tokens.get(i));
                if (depth == 0) {
                    return i;
                }
            }
            throw new IllegalArgumentException("not closed: " + expression);
        }

        private int opening(int closing) {
            int depth = 0;
            for (int i = closing; i >= 0; i--) {
                depth += depth(tokens.get(i));
                if (depth == 0) {
                    return i;
                }
            }
            throw new IllegalArgumentException("not opened: " + expression);
        }

        private static int depth(String token) {
            return switch (token) {
                case "(", "[", "{" -> 1;
                case ")", "]", "}" -> -1;
                default -> 0;
            };
        }

        private static boolean isName(String token) {
            return token.matches("[A-Za-z_:][A-Za-z0-9_:]*");
        }
    }
}
