package org.lvs4j.replay;

import java.util.List;
import org.lvs4j.Director;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;

/** A rule of a trace in the format of {@code ipvsadm --restore}, with its position in the trace. Immutable. */
final class Rule {
    private static final String EXPECTED = "a rule such as -A -t 10.0.0.100:80 -s rr";

    private final String source;
    private final int line;
    private final int charsBefore;
    private final String text;
    private final Rules rules;

    private Rule(String source, int line, int charsBefore, String text, Rules rules) {
        this.source = source;
        this.line = line;
        this.charsBefore = charsBefore;
        this.text = text;
        this.rules = rules;
    }

    /** Reads a rule from the rest of a line. */
    static Rule parse(Words words) throws TraceException {
        String text = words.rest();
        int charsBefore = words.offset();
        Rules rules;
        try {
            rules = Rules.parse(text, words.source());
        } catch (RuleException e) {
            throw placed(e, words.line(), charsBefore);
        }
        List<RuleCommand> commands = rules.commands();
        if (commands.isEmpty()) {
            throw words.fail(EXPECTED);
        }
        return new Rule(words.source(), words.line(), charsBefore, text, rules);
    }

    void apply(Director director) throws TraceException {
        try {
            rules.applyTo(director);
        } catch (RuleException e) {
            throw placed(e, line, charsBefore);
        }
    }

    // The rule was parsed as a text of one line, so the exception says line 1: replace the line and shift the column.
    private static TraceException placed(RuleException e, int line, int charsBefore) {
        String place = e.source() + ":" + e.line() + ":" + e.column() + ": ";
        String message = String.valueOf(e.getMessage());
        String problem = message.startsWith(place) ? message.substring(place.length()) : message;
        return new TraceException(e.source(), line, charsBefore + e.column(), e.token(), problem, e.expected());
    }

    @Override
    public String toString() {
        return text;
    }
}
