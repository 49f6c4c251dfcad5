package org.lvs4j.examples.standalone;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.ServiceKey;

/**
 * Reads, checks and applies rules. Rules with an error change nothing, and the exception lists every error, not only
 * the first one.
 */
final class RulesFile {
    private static final DirectorConfiguration EMPTY =
            DirectorConfiguration.builder().build();

    private RulesFile() {}

    /**
     * Reads the text of rules.
     *
     * @param file the name of a file, or {@code -} for standard input
     * @throws RulesInvalidException with the reason, if it cannot be read
     */
    static String text(String file, InputStream standardInput) throws RulesInvalidException {
        return text(TextFile.bytes(file, standardInput, Rules.MAX_TEXT_LENGTH));
    }

    /**
     * The text of rules. Bytes that are not UTF-8 become U+FFFD, which may stand in a comment; elsewhere the parser
     * refuses it, with line and column.
     */
    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Refuses rules that a plane cannot serve. */
    @FunctionalInterface
    interface Check {
        void accept(Rules rules) throws RulesInvalidException;
    }

    /**
     * Parses a text and checks it: whether the plane can serve it, then whether it is a
     * configuration without contradictions.
     *
     * @throws RulesInvalidException with every error
     */
    static Rules parse(String text, String source, Check served) throws RulesInvalidException {
        Rules rules = parse(text, source);
        List<RuleException> errors = new ArrayList<>();
        try {
            served.accept(rules);
        } catch (RulesInvalidException e) {
            if (e.errors().isEmpty()) {
                throw e;
            }
            errors.addAll(e.errors());
        }
        try {
            // As a reload does it, so that a file that is accepted at the start is accepted later.
            rules.replacing(EMPTY, Director.create());
        } catch (RuleException e) {
            errors.addAll(e.all());
        }
        errors.sort(Comparator.comparingInt(RuleException::line).thenComparingInt(RuleException::column));
        RulesInvalidException.throwIfAny(errors.subList(0, Math.min(errors.size(), Rules.MAX_ERRORS)));
        return rules;
    }

    /**
     * Parses a text.
     *
     * @throws RulesInvalidException with the error of every line
     */
    static Rules parse(String text, String source) throws RulesInvalidException {
        if (text.length() > Rules.MAX_TEXT_LENGTH) {
            throw new RulesInvalidException(source + ": longer than " + Rules.MAX_TEXT_LENGTH + " characters");
        }
        try {
            return Rules.parse(text, source);
        } catch (RuleException e) {
            throw new RulesInvalidException(e);
        }
    }

    /** The reason why the relay cannot execute a command, or null if it can. */
    static @Nullable String notRelayable(RuleCommand command) {
        if (command instanceof RuleCommand.AddService || command instanceof RuleCommand.EditService) {
            return notRelayable(command.key());
        } else if (command instanceof RuleCommand.AddServer add) {
            return notRelayable(add.key(), add.server().forwarding());
        } else if (command instanceof RuleCommand.EditServer edit) {
            return notRelayable(edit.key(), edit.server().forwarding());
        }
        return null;
    }

    /** The reason why the relay cannot serve a service, or null if it can. */
    static @Nullable String notRelayable(@Nullable ServiceKey key) {
        if (!(key instanceof ServiceKey.Address address)) {
            return null;
        }
        if (address.protocol() == Protocol.SCTP) {
            return "SCTP is not relayed, only TCP and UDP are";
        }
        return address.endpoint().address().isIpv4Mapped()
                ? "no client of IPv6 can reach the IPv4-mapped address "
                        + address.endpoint().address() + ": use the IPv4 address"
                : null;
    }

    private static @Nullable String notRelayable(ServiceKey key, Forwarding forwarding) {
        String problem = notRelayable(key);
        if (problem != null) {
            return problem;
        }
        return switch (forwarding.method()) {
            case MASQUERADE -> null;
            case DIRECT ->
                "direct routing (-g, the default method) forwards packets; lvsd relays connections: use -m for this"
                        + " server";
            case TUNNEL -> "a tunnel (-i) forwards packets; lvsd relays connections: use -m for this server";
        };
    }

    /**
     * Executes all commands on a director, or none.
     *
     * @return the changes that were made
     * @throws RulesInvalidException with every error
     */
    static List<ConfigurationChange> apply(Rules rules, Director director) throws RulesInvalidException {
        return apply(rules, director, planned -> {});
    }

    /**
     * Executes all commands on a director, or none.
     *
     * @param preparation called with the changes before they are made; nothing is changed if it throws an exception
     * @return the changes that were made
     * @throws RulesInvalidException with every error
     */
    static List<ConfigurationChange> apply(
            Rules rules, Director director, Consumer<List<ConfigurationChange>> preparation)
            throws RulesInvalidException {
        DirectorConfiguration running = director.configuration();
        try {
            List<ConfigurationChange> planned = running.changesTo(rules.appliedTo(running, director));
            preparation.accept(planned);
            return director.apply(planned);
        } catch (RuleException e) {
            throw new RulesInvalidException(e);
        } catch (DirectorException e) {
            throw located(e, rules, running);
        }
    }

    /**
     * Replaces the configuration of a director with that of rules.
     *
     * @param preparation called with the changes before they are made; nothing is changed if it throws an exception
     * @return the changes that were made
     * @throws RulesInvalidException with every error
     */
    static List<ConfigurationChange> replace(
            Rules rules, Director director, Consumer<List<ConfigurationChange>> preparation)
            throws RulesInvalidException {
        DirectorConfiguration running = director.configuration();
        try {
            List<ConfigurationChange> planned = running.changesTo(rules.replacing(running, director));
            preparation.accept(planned);
            return director.apply(planned);
        } catch (RuleException e) {
            throw new RulesInvalidException(e);
        } catch (DirectorException e) {
            throw located(e, rules, EMPTY);
        }
    }

    /**
     * The error at the rule that a director has refused. A director refuses few rules that pass the checks, such as
     * one server more than a scheduler can serve. It does not know the rule, so a trial director executes the rules
     * one by one.
     */
    private static RulesInvalidException located(DirectorException refused, Rules rules, DirectorConfiguration start) {
        try {
            Director trial = Director.create();
            trial.apply(start);
            rules.applyTo(trial);
        } catch (RuleException e) {
            return new RulesInvalidException(e);
        } catch (DirectorException e) {
            refused.addSuppressed(e);
        }
        return new RulesInvalidException(String.valueOf(refused.getMessage()));
    }
}
