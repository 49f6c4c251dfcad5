package org.lvs4j.replay.health;

import java.util.List;
import java.util.Set;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.net.Endpoint;
import org.lvs4j.replay.TraceException;
import org.lvs4j.replay.health.Timeline.Entry;
import org.lvs4j.replay.health.Timeline.Section;

/** Refuses what a timeline says about the world and a replay does not know, so that a typing error is not ignored. */
final class InputCheck {
    private static final List<String> VERBS =
            List.of("file", "reload", "stop", "kill-checker", "shell", "end", "keepalived");
    private static final Set<String> KINDS = Set.of("tcp", "http", "https", "smtp", "dns", "udp");
    private static final Set<String> STATES = Set.of("up", "refuse", "blackhole", "unreachable", "reachable");
    private static final Set<String> FILE_VERBS = Set.of("write", "replace", "remove");

    private final Timeline timeline;

    private InputCheck(Timeline timeline) {
        this.timeline = timeline;
    }

    /**
     * Checks the servers, the files, the commands and the inputs of a timeline.
     *
     * @throws TraceException at the first line that is not known
     */
    static void run(Timeline timeline) throws TraceException {
        InputCheck check = new InputCheck(timeline);
        check.section("servers", check::server);
        check.section("files", check::file);
        check.section("before", check::commands);
        for (Entry entry : timeline.entries()) {
            if (entry.sign() == '<') {
                check.input(entry.text(), entry.line());
            }
        }
    }

    /** Checks a line that is not empty. */
    @FunctionalInterface
    private interface LineCheck {
        void run(String text, int line) throws TraceException;
    }

    private void section(String name, LineCheck check) throws TraceException {
        Section section = timeline.section(name);
        if (section == null) {
            return;
        }
        for (int i = 0; i < section.lines().size(); i++) {
            if (!section.lines().get(i).isBlank()) {
                check.run(section.lines().get(i), section.line() + i + 1);
            }
        }
    }

    private TraceException error(int line, String word, String problem, String expected) {
        return TraceException.at(timeline.source(), line, 1, word, problem, expected);
    }

    private void server(String text, int line) throws TraceException {
        List<String> words = TimelineParser.words(text);
        if (endpoint(words.get(0), line, "an address with a port").port() == 0) {
            throw error(line, words.get(0), "no port in", "an address with a port");
        }
        if (words.size() > 1 && !KINDS.contains(words.get(1))) {
            throw error(line, words.get(1), "unknown kind of server", "one of " + sorted(KINDS));
        }
        for (String word : words.subList(Math.min(2, words.size()), words.size())) {
            if (word.startsWith("st=")) {
                state(word.substring("st=".length()), line);
            } else {
                behaviour(word, line);
            }
        }
    }

    private Endpoint endpoint(String word, int line, String expected) throws TraceException {
        try {
            return Endpoint.parse(word);
        } catch (IllegalArgumentException e) {
            throw error(line, word, "unexpected", expected);
        }
    }

    private void state(String word, int line) throws TraceException {
        if (!STATES.contains(word)) {
            throw error(line, word, "unknown state of a server", "one of " + sorted(STATES));
        }
    }

    private void behaviour(String word, int line) throws TraceException {
        if (word.indexOf('=') <= 0 && !word.equals("reset")) {
            throw error(line, word, "unknown behaviour of a server", "key=value, reset or one of " + sorted(STATES));
        }
    }

    private void file(String text, int line) throws TraceException {
        if (text.indexOf(':') <= 0) {
            throw error(line, text, "unexpected", "a name, a colon, and what the file contains");
        }
    }

    private void input(String text, int line) throws TraceException {
        List<String> words = TimelineParser.words(text);
        String verb = words.isEmpty() ? "" : words.get(0);
        switch (verb) {
            case "stop", "kill-checker", "end", "keepalived" -> {}
            case "reload" -> reload(words, line);
            case "file" -> fileChange(words, line);
            case "shell" -> commands(text.substring("shell".length()), line);
            default -> change(words, verb, line);
        }
    }

    private void reload(List<String> words, int line) throws TraceException {
        if (words.size() > 1 && timeline.section("config " + words.get(1)) == null) {
            throw error(line, words.get(1), "no such configuration:", "a section [config " + words.get(1) + "]");
        }
    }

    private void fileChange(List<String> words, int line) throws TraceException {
        if (words.size() < 3 || !FILE_VERBS.contains(words.get(2))) {
            throw error(
                    line,
                    words.get(words.size() - 1),
                    "unknown change of a file, at",
                    "file NAME, then one of " + sorted(FILE_VERBS));
        }
    }

    private void change(List<String> words, String first, int line) throws TraceException {
        endpoint(first, line, "an address with a port, or one of " + VERBS);
        if (words.size() == 1) {
            throw error(line, first, "no behaviour behind", "key=value, reset or one of " + sorted(STATES));
        }
        if (words.size() > 2 || !STATES.contains(words.get(1))) {
            for (String word : words.subList(1, words.size())) {
                behaviour(word, line);
            }
        }
    }

    private void commands(String text, int line) throws TraceException {
        for (HostCommand command : HostCommand.of(text)) {
            if (command.isRule()) {
                try {
                    Rules.parse(command.text(), timeline.source());
                } catch (RuleException e) {
                    throw error(line, e.token(), "a rule that cannot be read at", e.expected());
                }
            }
        }
    }

    private static String sorted(Set<String> words) {
        return String.join(" ", words.stream().sorted().toList());
    }
}
