package org.lvs4j.config;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * Commands of {@code ipvsadm} in the order of a text, which is in the format of {@code ipvsadm -S}: one command a line,
 * optionally after the word {@code ipvsadm}; empty lines and what follows a {@code #} at the start of a word do not
 * count. Immutable. Two are equal if their commands are.
 */
public final class Rules {
    /** The longest text that is read, in characters. */
    public static final int MAX_TEXT_LENGTH = 8 * 1024 * 1024;

    /** The longest line that is read, in characters. */
    public static final int MAX_LINE_LENGTH = 64 * 1024;

    /** The most commands that a text may hold. */
    public static final int MAX_COMMANDS = 250_000;

    private final List<PlacedCommand> placed;

    private Rules(List<PlacedCommand> placed) {
        this.placed = List.copyOf(placed);
    }

    /**
     * Reads rules.
     *
     * @param text the text
     * @param source what to call the text in errors, usually the name of its file
     * @throws RuleException about the first line that is not a command, or if there are too many, or the text or a
     *     line is too long
     */
    public static Rules parse(String text, String source) throws RuleException {
        requireNonNull(source, "source");
        if (text.length() > MAX_TEXT_LENGTH) {
            throw new Token(source, 1, 1, text.substring(0, 1))
                    .misused(
                            "text of " + text.length() + " characters is too long; it starts with",
                            "at most " + MAX_TEXT_LENGTH + " characters");
        }
        List<PlacedCommand> commands = new ArrayList<>();
        int line = 0;
        int start = 0;
        while (start < text.length()) {
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline;
            line++;
            List<Token> words = Words.of(text, start, end, source, line);
            if (!words.isEmpty()) {
                if (commands.size() == MAX_COMMANDS) {
                    throw words.get(0).misused("too many commands", "at most " + MAX_COMMANDS);
                }
                commands.add(PlacedCommand.parse(words));
            }
            start = end + 1;
        }
        return new Rules(commands);
    }

    /**
     * The rules that make a director's services and servers, sorted as {@code ipvsadm -S -n} prints them. Like there,
     * thresholds and timeouts are left out.
     */
    public static Rules of(Director director) {
        List<RuleCommand> commands = new ArrayList<>();
        for (ServiceSnapshot service : ListingOrder.sorted(director.services())) {
            ServiceKey key = service.service().key();
            commands.add(new RuleCommand.AddService(service.service()));
            for (ServerSnapshot server : ListingOrder.sortedServers(service)) {
                commands.add(new RuleCommand.AddServer(key, withoutThresholds(server.server())));
            }
        }
        List<PlacedCommand> placed = new ArrayList<>(commands.size());
        for (RuleCommand command : commands) {
            placed.add(PlacedCommand.of(command, "director", placed.size() + 1));
        }
        return new Rules(placed);
    }

    private static RealServer withoutThresholds(RealServer server) {
        return new RealServer(server.endpoint(), server.weight(), server.forwarding(), 0, 0);
    }

    /** The commands in order; unmodifiable. */
    public List<RuleCommand> commands() {
        return placed.stream().map(PlacedCommand::command).toList();
    }

    /**
     * One of the commands alone. It keeps its place in the text for errors.
     *
     * @param index its position in {@link #commands()}
     * @throws IndexOutOfBoundsException if there is no such command
     */
    public Rules only(int index) {
        return new Rules(List.of(placed.get(index)));
    }

    /**
     * An error about one of the commands, for whoever cannot do what it says. Its exit code is that of a malformed rule.
     *
     * @param index the position of the command in {@link #commands()}
     * @param problem what is wrong
     * @param expected what should have stood there
     * @throws IndexOutOfBoundsException if there is no such command
     */
    public RuleException error(int index, String problem, String expected) {
        PlacedCommand at = placed.get(index);
        boolean ofServer = at.command() instanceof RuleCommand.AddServer
                || at.command() instanceof RuleCommand.EditServer
                || at.command() instanceof RuleCommand.DeleteServer;
        return (ofServer ? at.server() : at.whole()).misused(problem, expected);
    }

    /** The commands with their places. */
    List<PlacedCommand> placed() {
        return placed;
    }

    /**
     * Has a director do all commands in order, until it refuses one. Those before it have been done then. If there is a
     * command that does not change a configuration, nothing is done. See {@link Reload} for all or nothing.
     *
     * @throws RuleException about the first command refused
     */
    public void applyTo(Director director) throws RuleException {
        requireNonNull(director, "director");
        for (PlacedCommand command : placed) {
            command.requireChange();
        }
        for (PlacedCommand command : placed) {
            command.applyTo(director);
        }
    }

    /** The commands as text, one a line. Reading what {@link #parse} has read gives equal rules again. */
    public String print() {
        StringBuilder text = new StringBuilder();
        for (PlacedCommand command : placed) {
            text.append(command.command().print()).append('\n');
        }
        return text.toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Rules that && commands().equals(that.commands());
    }

    @Override
    public int hashCode() {
        return commands().hashCode();
    }

    /** As {@link #print()}. */
    @Override
    public String toString() {
        return print();
    }
}
