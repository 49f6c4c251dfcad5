package org.lvs4j.replay.health;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lvs4j.replay.Mismatch;
import org.lvs4j.replay.health.Timeline.Entry;

/**
 * Compares what a recorded checker did with what the replay did. The lines of each {@linkplain #subject subject} must be
 * the same in the same order, and at about the same time: real probes take some milliseconds each, which adds up.
 *
 * <p>Lines of the table that follow each other within {@value #BURST_MILLIS} ms are one change. Two changes that are closer
 * than that tolerance on one side may be one change on the other. Of a recording
 * without exact times ({@code [random]}) the order of the lines of each subject is compared, the periods of the probes of
 * each target, and the last line of the table.
 */
final class Comparison {
    static final long BURST_MILLIS = 400;
    private static final long TOLERANCE_MILLIS = 450;
    private static final long TOLERANCE_PERCENT = 5;
    /** Programs start late. */
    private static final long PROGRAM_MILLIS = 500;
    /** The first TLS handshake takes longest. */
    private static final long TLS_MILLIS = 1_200;

    private final boolean random;
    private final List<Entry> inputs;
    private final Set<String> encrypted = new HashSet<>();
    private final List<Mismatch> mismatches = new ArrayList<>();
    private int answers;

    private Comparison(List<Entry> given, boolean random) {
        this.random = random;
        inputs = given.stream().filter(line -> line.sign() == '<').toList();
        for (Entry line : given) {
            if (line.text().startsWith("tls ")) {
                encrypted.add(word(line.text().split(" "), 1));
            }
        }
    }

    /** Compares the recorded lines of a checker with those of a replay, in which the inputs are as well. */
    static Comparison of(List<Entry> recorded, List<Entry> given, boolean random) {
        Comparison comparison = new Comparison(given, random);
        Map<String, List<Entry>> expected = bySubject(recorded);
        Map<String, List<Entry>> actual = bySubject(given);
        expected.forEach((subject, lines) -> comparison.compare(lines, actual.getOrDefault(subject, List.of())));
        actual.forEach((subject, lines) -> {
            if (!expected.containsKey(subject)) {
                comparison.compare(List.of(), lines);
            }
        });
        comparison.mismatches.sort((a, b) -> Integer.compare(a.line(), b.line()));
        return comparison;
    }

    int answers() {
        return answers;
    }

    List<Mismatch> mismatches() {
        return mismatches;
    }

    private static Map<String, List<Entry>> bySubject(List<Entry> lines) {
        Map<String, List<Entry>> result = new LinkedHashMap<>();
        for (Entry line : lines) {
            if (line.sign() == '<') {
                continue;
            }
            List<Entry> same = result.computeIfAbsent(subject(line), key -> new ArrayList<>());
            Entry last = same.isEmpty() ? null : same.get(same.size() - 1);
            if (line.sign() == '=' && last != null && line.millis() - last.millis() < BURST_MILLIS) {
                same.remove(last);
                if (same.isEmpty() || !same.get(same.size() - 1).text().equals(line.text())) {
                    same.add(line);
                }
            } else {
                same.add(line);
            }
        }
        return result;
    }

    /** What a line is about: the order of lines about different things is not defined. */
    private static String subject(Entry line) {
        if (line.sign() == '=') {
            return "=";
        }
        String[] words = line.text().split(" ");
        String first = words[0];
        return switch (first) {
            // A command and its object: ipvs add-server tcp SERVICE SERVER
            case "ipvs" -> String.join(" ", first, word(words, 2), word(words, 3), server(words));
            case "probe" -> "probe " + word(words, 1) + " " + word(words, 2);
            case "request", "tls", "client-close", "closed" -> first + " " + word(words, 1);
            case "fifo" -> line.text().replaceFirst(" (UP|DOWN)$", "");
            default -> line.text();
        };
    }

    private static String server(String[] words) {
        return word(words, 1).endsWith("-server") ? word(words, 4) : "";
    }

    private static String word(String[] words, int index) {
        return index < words.length ? words[index] : "";
    }

    private void compare(List<Entry> expected, List<Entry> given) {
        if (random && isProbe(expected, given)) {
            comparePeriods(expected, given);
            return;
        }
        if (random && expected.size() > 1 && given.size() > 1 && expected.get(0).sign() == '=') {
            compare(lastOf(expected), lastOf(given));
            return;
        }
        answers += expected.size();
        int next = 0;
        for (int i = 0; i < expected.size(); i++) {
            Entry line = expected.get(i);
            int found = find(line, given, next);
            if (found < 0) {
                if (!isBeforeInput(line) && !isTransient(expected, i)) {
                    mismatches.add(
                            new Mismatch(line.line(), line.text(), "it " + at(line), nearest(line, given, next)));
                }
                continue;
            }
            reportExtra(given, next, found, line.line());
            next = found + 1;
        }
        int line = expected.isEmpty() ? 0 : expected.get(expected.size() - 1).line();
        reportExtra(given, next, given.size(), line);
    }

    private static boolean isProbe(List<Entry> expected, List<Entry> given) {
        List<Entry> lines = expected.isEmpty() ? given : expected;
        return lines.get(0).text().startsWith("probe ");
    }

    private static List<Entry> lastOf(List<Entry> lines) {
        return lines.subList(lines.size() - 1, lines.size());
    }

    private int find(Entry line, List<Entry> given, int from) {
        for (int i = from; i < given.size(); i++) {
            Entry candidate = given.get(i);
            if (candidate.text().equals(plain(line)) && isClose(line, candidate)) {
                return i;
            }
        }
        return -1;
    }

    /** A recording marks with a final {@code ~} what differed in its second run. */
    private static String plain(Entry line) {
        return line.text().endsWith(" ~") ? line.text().substring(0, line.text().length() - 2) : line.text();
    }

    private boolean isClose(Entry recorded, Entry given) {
        return random || Math.abs(recorded.millis() - given.millis()) <= tolerance(recorded);
    }

    private long tolerance(Entry recorded) {
        String text = recorded.text();
        boolean program = text.startsWith("notify") || text.startsWith("run ") || text.startsWith("fifo ");
        return TOLERANCE_MILLIS
                + Math.abs(recorded.millis()) * TOLERANCE_PERCENT / 100
                + (program ? PROGRAM_MILLIS : 0)
                + (encrypted.contains(target(text)) ? TLS_MILLIS : 0);
    }

    /** The target of a probe; empty for every other line. */
    private static String target(String text) {
        String[] words = text.split(" ");
        return switch (words[0]) {
            case "probe" -> word(words, 2);
            case "request", "tls", "client-close", "closed" -> word(words, 1);
            default -> "";
        };
    }

    /** Whether a state of the table lasts so short that it may not be seen on the other side. */
    private boolean isTransient(List<Entry> lines, int index) {
        Entry line = lines.get(index);
        return line.sign() == '='
                && index + 1 < lines.size()
                && lines.get(index + 1).millis() - line.millis() <= tolerance(line);
    }

    private void reportExtra(List<Entry> given, int from, int to, int line) {
        for (int i = from; i < to; i++) {
            Entry each = given.get(i);
            if (!isBeforeInput(each) && !isTransient(given, i)) {
                answers++;
                mismatches.add(new Mismatch(line, each.text(), "nothing", "it " + at(each)));
            }
        }
    }

    /** Whether so little time is left until an input that one of the two may have been too late. */
    private boolean isBeforeInput(Entry line) {
        String target = target(line.text());
        for (Entry input : inputs) {
            String first = word(input.text().split(" "), 0);
            boolean concerns = first.equals("end")
                    || (!target.isEmpty() && (first.equals(target) || first.matches("stop|reload|kill-checker")));
            if (concerns && input.millis() >= line.millis() && input.millis() <= line.millis() + tolerance(line)) {
                return true;
            }
        }
        return false;
    }

    private static String at(Entry line) {
        return "at " + line.millis() + " ms";
    }

    private static String nearest(Entry line, List<Entry> given, int from) {
        for (int i = from; i < given.size(); i++) {
            if (given.get(i).text().equals(plain(line))) {
                return "it " + at(given.get(i));
            }
        }
        return from < given.size() ? at(given.get(from)) + " " + given.get(from).text() : "nothing";
    }

    private void comparePeriods(List<Entry> expected, List<Entry> given) {
        answers += expected.size();
        for (int i = 1; i < expected.size(); i++) {
            Entry line = expected.get(i);
            if (i < given.size()) {
                long period = line.millis() - expected.get(i - 1).millis();
                long actual = given.get(i).millis() - given.get(i - 1).millis();
                if (Math.abs(period - actual) > TOLERANCE_MILLIS
                        || !plain(line).equals(given.get(i).text())) {
                    mismatches.add(new Mismatch(
                            line.line(), line.text(), "after " + period + " ms", "after " + actual + " ms"));
                }
            } else if (expected.size() - given.size() > 1) {
                mismatches.add(new Mismatch(line.line(), line.text(), "it " + at(line), "nothing"));
            }
        }
    }
}
