package org.lvs4j.config;

import java.util.List;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.DirectorException.Reason;

/**
 * A command and its place in a text.
 *
 * @param command the command
 * @param whole the first word of its line; for a command that was not parsed, its whole text
 * @param service the word that names the service
 * @param server the word that names the server
 * @param scheduler the word that names the scheduler
 * @param engine the word that names the persistence engine
 * @param own whether a comment says what is ours, so that the command describes that as well
 */
record PlacedCommand(
        RuleCommand command, Token whole, Token service, Token server, Token scheduler, Token engine, boolean own) {

    /**
     * Parses a command.
     *
     * @param words its words
     * @param ours the comment with what is ours; empty if there is none
     */
    static PlacedCommand parse(List<Token> words, List<Token> ours) throws RuleException {
        Arguments arguments = Arguments.of(words);
        return new PlacedCommand(
                OwnWords.applied(RuleParser.command(arguments), ours),
                arguments.start(),
                ServiceOptions.serviceToken(arguments),
                arguments.valueOrStart(Option.REAL_SERVER),
                arguments.valueOrStart(Option.SCHEDULER),
                arguments.valueOrStart(Option.ENGINE),
                !ours.isEmpty());
    }

    /** A command that was not parsed. */
    static PlacedCommand of(RuleCommand command, String source, int line) {
        Token whole = new Token(source, line, 1, command.print());
        return new PlacedCommand(command, whole, whole, whole, whole, whole, false);
    }

    /** Checks that this command changes a configuration or resets counters. */
    void requireChange() throws RuleException {
        if (command instanceof RuleCommand.StartDaemon || command instanceof RuleCommand.StopDaemon) {
            throw whole.error(
                    RuleException.EXIT_REFUSED,
                    "no synchronisation daemon here",
                    "a command about services or servers");
        }
        if (!Changes.isChange(command)) {
            throw whole.misused("command changes nothing", "one of -A -E -D -a -e -d -C -Z --set");
        }
    }

    /** The error of this command, which lists a service that does not exist. */
    RuleException notListed() {
        return parsed().service
                .error(RuleException.EXIT_NOT_LISTED, "No such service", "a service that has been added with -A");
    }

    /** Executes this command; returns the changes that were made. */
    List<ConfigurationChange> applyTo(Director director) throws RuleException {
        requireChange();
        try {
            if (command instanceof RuleCommand.Zero zero) {
                resetCounters(zero, director);
                return List.of();
            }
            return director.apply(Changes.of(this, director));
        } catch (DirectorException e) {
            throw refusal(e, director);
        }
    }

    private static void resetCounters(RuleCommand.Zero zero, Director director) {
        if (zero.key() == null) {
            director.resetCounters();
        } else {
            director.resetCounters(zero.key());
        }
    }

    /** The error of this command, which a director or a configuration has refused. */
    RuleException refusal(DirectorException refused, Director director) {
        return parsed().refusal(refused.reason(), String.valueOf(refused.getMessage()), director);
    }

    /** As above, for a reason that needs no explanation. */
    RuleException refusal(Reason reason, Director director) {
        return parsed().refusal(reason, "", director);
    }

    /** This command with a token for each word: parses the text of a command that was not parsed. */
    private PlacedCommand parsed() {
        if (service != whole) {
            return this;
        }
        try {
            String text = whole.text();
            return parse(Words.of(text, 0, text.length(), whole.source(), whole.line()), List.of());
        } catch (RuleException e) {
            return this;
        }
    }

    /** Whether this command is about a server rather than a service. */
    boolean ofServer() {
        return command instanceof RuleCommand.AddServer
                || command instanceof RuleCommand.EditServer
                || command instanceof RuleCommand.DeleteServer;
    }

    private RuleException refusal(Reason reason, String detail, Director director) {
        return switch (reason) {
            case SERVICE_EXISTS -> refused(service, "Service already exists", "another service, or -E to change it");
            case NO_SUCH_SERVICE ->
                refused(
                        service,
                        ofServer() ? "Service not defined" : "No such service",
                        "a service that has been added with -A");
            case SERVER_EXISTS -> refused(server, "Destination already exists", "another server, or -e to change it");
            case NO_SUCH_SERVER ->
                refused(server, "No such destination", "a server that has been added to the service with -a");
            case NO_SUCH_SCHEDULER ->
                refused(
                        scheduler,
                        "Scheduler or persistence engine not found",
                        "one of " + String.join(" ", director.schedulers()));
            case NO_SUCH_ENGINE ->
                refused(
                        engine,
                        "Scheduler or persistence engine not found",
                        "one of " + String.join(" ", director.persistenceEngines()));
            case INVALID -> refused(whole, "Invalid argument (" + detail + ")", "parts that go together");
        };
    }

    private static RuleException refused(Token at, String problem, String expected) {
        return at.error(RuleException.EXIT_REFUSED, problem, expected);
    }
}
