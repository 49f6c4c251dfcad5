package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules of {@code monitoring/rules.yml}. This reads the lines of that one file, not YAML: the keys {@code record},
 * {@code alert}, {@code expr} and {@code severity}, with an expression on the line of its key or, after {@code |}, on lines that are indented further.
 */
final class AlertRules {
    private static final Pattern START = Pattern.compile("( +)- (record|alert): (\\S+)");
    private static final Pattern EXPRESSION = Pattern.compile("( +)expr: (.*)");
    private static final Pattern SEVERITY = Pattern.compile(" +severity: (\\S+)");

    private AlertRules() {}

    /** A rule and its lines; the severity of a recording rule is empty. */
    record Rule(boolean alert, String name, String expression, String severity, List<String> lines) {}

    static List<Rule> read(Path file) throws IOException {
        List<Rule> rules = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            Matcher start = START.matcher(lines.get(i));
            if (start.matches()) {
                int end = i + 1;
                while (end < lines.size() && lines.get(end).startsWith(start.group(1) + "  ")) {
                    end++;
                }
                rules.add(rule(start, lines.subList(i + 1, end)));
            }
        }
        return rules;
    }

    private static Rule rule(Matcher start, List<String> lines) {
        String expression = "";
        String severity = "";
        for (int i = 0; i < lines.size(); i++) {
            Matcher key = EXPRESSION.matcher(lines.get(i));
            if (key.matches()) {
                expression = key.group(2).equals("|")
                        ? block(key.group(1) + " ", lines.subList(i + 1, lines.size()))
                        : key.group(2);
            }
            Matcher value = SEVERITY.matcher(lines.get(i));
            if (value.matches()) {
                severity = value.group(1);
            }
        }
        if (expression.isBlank()) {
            throw new IllegalArgumentException(start.group(3) + " has no expression");
        }
        return new Rule(start.group(2).equals("alert"), start.group(3), expression, severity, List.copyOf(lines));
    }

    private static String block(String indent, List<String> lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            if (!line.startsWith(indent)) {
                break;
            }
            text.append(line).append('\n');
        }
        return text.toString();
    }
}
