package org.lvs4j.config;

import java.util.List;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.DirectorException.Reason;

/**
 * A command and where it stands in its text.
 *
 * @param command the command
 * @param whole the line, or its first word if it was read
 * @param service the word that names the service
 * @param server the word that names the server
 * @param scheduler the word that names the scheduler
 * @param engine the word that names the persistence engine
 */
record PlacedCommand(RuleCommand command, Token whole, Token service, Token server, Token scheduler, Token engine) {

    static PlacedCommand parse(List<Token> words) throws RuleException {
        Arguments arguments = Arguments.of(words);
        Token engine = arguments.value(Option.ENGINE);
        Token scheduler = arguments.value(Option.SCHEDULER);
        return new PlacedCommand(
                RuleParser.command(arguments),
                arguments.start(),
                ServiceOptions.serviceToken(arguments),
                ServerOptions.serverToken(arguments),
                scheduler == null ? arguments.start() : scheduler,
                engine == null ? arguments.start() : engine);
    }

    /** A command that was not read but made. */
    static PlacedCommand of(RuleCommand command, String source, int line) {
        Token whole = new Token(source, line, 1, command.print());
        return new PlacedCommand(command, whole, whole, whole, whole, whole);
    }

    /** Checks that this command changes a configuration. */
    void requireChange() throws RuleException {
        if (command instanceof RuleCommand.StartDaemon || command instanceof RuleCommand.StopDaemon) {
            throw whole.error(
                    RuleException.EXIT_REFUSED,
                    "no synchronisation daemon here",
                    "a command about services or servers");
        }
        if (!Change.isChange(command)) {
            throw whole.misused("command changes nothing", "one of -A -E -D -a -e -d -C -Z --set");
        }
    }

    void applyTo(Director director) throws RuleException {
        requireChange();
        try {
            Change.make(command, director);
        } catch (DirectorException e) {
            throw refusal(e.reason(), String.valueOf(e.getMessage()), director);
        }
    }

    /** The error of a change that a configuration does not allow. */
    RuleException refusal(Reason reason, String detail, Director director) {
        return located().refused(reason, detail, director);
    }

    /** This command with its words, which one that was made rather than read gets by being read. */
    private PlacedCommand located() {
        if (service != whole) {
            return this;
        }
        try {
            String text = whole.text();
            return parse(Words.of(text, 0, text.length(), whole.source(), whole.line()));
        } catch (RuleException e) {
            return this;
        }
    }

    private RuleException refused(Reason reason, String detail, Director director) {
        boolean ofServer = command instanceof RuleCommand.AddServer
                || command instanceof RuleCommand.EditServer
                || command instanceof RuleCommand.DeleteServer;
        return switch (reason) {
            case SERVICE_EXISTS -> refused(service, "Service already exists", "another service, or -E to change it");
            case NO_SUCH_SERVICE ->
                refused(
                        service,
                        ofServer ? "Service not defined" : "No such service",
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
