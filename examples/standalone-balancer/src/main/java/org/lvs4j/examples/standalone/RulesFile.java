package org.lvs4j.examples.standalone;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.ServiceKey;

/**
 * Rules as the daemon takes them: a file or standard input, whole and free of errors, or nothing. Every error is found,
 * not only the first one.
 */
final class RulesFile {
    static final int MAX_ERRORS = 100;

    private RulesFile() {}

    /**
     * Reads and checks rules.
     *
     * @throws RulesInvalidException with everything that is wrong
     */
    static Rules read(String file, InputStream standardInput) throws RulesInvalidException {
        return read(file, standardInput, RulesFile::requireRelayable);
    }

    /**
     * Reads and checks rules for a plane.
     *
     * @throws RulesInvalidException with everything that is wrong
     */
    static Rules read(String file, InputStream standardInput, Check served) throws RulesInvalidException {
        return parse(TextFile.read(file, standardInput, Rules.MAX_TEXT_LENGTH), TextFile.nameOf(file), served);
    }

    /** Refuses what a plane cannot serve. */
    @FunctionalInterface
    interface Check {
        void accept(Rules rules) throws RulesInvalidException;
    }

    /**
     * Checks a text: its form, then what the plane can do, then what a director says to it from the beginning.
     *
     * @throws RulesInvalidException with everything that is wrong
     */
    static Rules parse(String text, String source, Check served) throws RulesInvalidException {
        Rules rules = readable(text, source);
        served.accept(rules);
        applyTo(Director.create(), rules);
        return rules;
    }

    /** The parser tells about one line: lines at fault are blanked out until it has told about all of them. */
    static Rules readable(String text, String source) throws RulesInvalidException {
        if (text.length() > Rules.MAX_TEXT_LENGTH) {
            throw new RulesInvalidException(source + ": longer than " + Rules.MAX_TEXT_LENGTH + " characters");
        }
        List<RuleException> errors = new ArrayList<>();
        String remaining = text;
        while (true) {
            try {
                Rules rules = Rules.parse(remaining, source);
                RulesInvalidException.throwIfAny(errors);
                return rules;
            } catch (RuleException e) {
                errors.add(e);
                String blanked = withoutLine(remaining, e.line());
                if (errors.size() == MAX_ERRORS || blanked.equals(remaining)) {
                    throw new RulesInvalidException(errors);
                }
                remaining = blanked;
            }
        }
    }

    private static String withoutLine(String text, int line) {
        int start = 0;
        for (int i = 1; i < line; i++) {
            int newline = text.indexOf('\n', start);
            if (newline < 0) {
                return text;
            }
            start = newline + 1;
        }
        int end = text.indexOf('\n', start);
        return text.substring(0, start) + (end < 0 ? "" : text.substring(end));
    }

    /** The relay is a proxy: it cannot hand packets over as they are, and it speaks TCP and UDP only. */
    static void requireRelayable(Rules rules) throws RulesInvalidException {
        List<RuleException> errors = new ArrayList<>();
        List<RuleCommand> commands = rules.commands();
        for (int i = 0; i < commands.size(); i++) {
            RuleCommand command = commands.get(i);
            String problem = notRelayable(command);
            if (problem != null && errors.size() < MAX_ERRORS) {
                errors.add(rules.error(i, problem, "-m with TCP or UDP"));
            }
        }
        RulesInvalidException.throwIfAny(errors);
    }

    /** Why the relay cannot do what a command says, or null if it can. */
    static @Nullable String notRelayable(RuleCommand command) {
        ServiceKey key = keyOf(command);
        if (key instanceof ServiceKey.Address address && address.protocol() == Protocol.SCTP) {
            return "SCTP is not relayed, only TCP and UDP are";
        }
        if (command instanceof RuleCommand.AddServer add) {
            return notRelayable(add.server().forwarding());
        }
        return command instanceof RuleCommand.EditServer edit
                ? notRelayable(edit.server().forwarding())
                : null;
    }

    private static @Nullable String notRelayable(Forwarding forwarding) {
        return switch (forwarding.method()) {
            case MASQUERADE -> null;
            case DIRECT ->
                "direct routing (-g, which is also meant when nothing is said) is for packets; lvsd relays"
                        + " connections: use -m for this server";
            case TUNNEL -> "a tunnel (-i) is for packets; lvsd relays connections: use -m for this server";
        };
    }

    /**
     * Has a director that nobody else uses do all commands, and goes on after an error to find the others.
     *
     * @throws RulesInvalidException with everything that the director has refused
     */
    static void applyTo(Director trial, Rules rules) throws RulesInvalidException {
        List<RuleException> errors = new ArrayList<>();
        Set<ServiceKey> missing = new HashSet<>();
        List<RuleCommand> commands = rules.commands();
        for (int i = 0; i < commands.size() && errors.size() < MAX_ERRORS; i++) {
            ServiceKey key = keyOf(commands.get(i));
            if (key != null && missing.contains(key)) {
                continue;
            }
            try {
                rules.only(i).applyTo(trial);
            } catch (RuleException e) {
                errors.add(e);
                if (key != null && trial.service(key) == null) {
                    missing.add(key);
                }
            }
        }
        RulesInvalidException.throwIfAny(errors);
    }

    private static @Nullable ServiceKey keyOf(RuleCommand command) {
        if (command instanceof RuleCommand.AddService add) {
            return add.service().key();
        }
        if (command instanceof RuleCommand.EditService edit) {
            return edit.service().key();
        }
        if (command instanceof RuleCommand.AddServer add) {
            return add.key();
        }
        return command instanceof RuleCommand.EditServer edit ? edit.key() : null;
    }
}
