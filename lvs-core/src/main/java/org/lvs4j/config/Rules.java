package org.lvs4j.config;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Commands of {@code ipvsadm} in the format of {@code ipvsadm -S}: one command a line, optionally after the word
 * {@code ipvsadm}. Empty lines are skipped, and so is everything from a {@code #} at the start of a word to the end of
 * its line. Immutable. Two are equal if their commands are.
 *
 * <p>What IPVS does not have is in a comment that begins with {@code #lvs4j} at the end of a line, such as {@code
 * #lvs4j slow-start=60s} behind a service. An unknown word in it is an error.
 *
 * <p>Rules describe a configuration, or change one. An attribute of a running service that a rule without such a comment
 * cannot express, such as its slow start, stays unchanged.
 *
 * <pre>{@code
 * Rules rules = Rules.parse(Files.readString(file), "web.rules");
 * DirectorConfiguration running = director.configuration();
 * List<ConfigurationChange> changes = running.changesTo(rules.replacing(running, director));
 * System.out.print(Rules.of(changes).print());
 * director.apply(changes);
 * }</pre>
 */
public final class Rules {
    /** The longest text that is read, in characters: room for {@link #MAX_COMMANDS} of the longest printed commands. */
    public static final int MAX_TEXT_LENGTH = 128 * 1024 * 1024;

    /** The longest line that is read, in characters. */
    public static final int MAX_LINE_LENGTH = 64 * 1024;

    /** The largest number of commands in a text. */
    public static final int MAX_COMMANDS = 1_000_000;

    /** The largest number of errors that are reported about a text. */
    public static final int MAX_ERRORS = 100;

    private final List<PlacedCommand> placed;

    private Rules(List<PlacedCommand> placed) {
        this.placed = List.copyOf(placed);
    }

    /**
     * Parses rules from the bytes of a file in UTF-8. A comment may hold any bytes.
     *
     * @param text the bytes, with or without a byte order mark
     * @param source the name of the text in errors, usually that of its file
     * @throws RuleException as {@link #parse}; or about bytes outside a comment that are not UTF-8
     */
    public static Rules parseUtf8(byte[] text, String source) throws RuleException {
        // What cannot be decoded becomes U+FFFD, which is valid in comments only.
        return parse(new String(requireNonNull(text, "text"), StandardCharsets.UTF_8), source);
    }

    /**
     * Parses rules.
     *
     * @param text the text
     * @param source the name of the text in errors, usually that of its file
     * @throws RuleException about the first line that is not a command, {@linkplain RuleException#all with} the errors
     *     of further lines; or if there are too many commands, or the text or a line is too long
     */
    public static Rules parse(String text, String source) throws RuleException {
        requireNonNull(text, "text");
        requireNonNull(source, "source");
        if (text.length() > MAX_TEXT_LENGTH) {
            throw new Token(source, 1, 1, text.substring(0, 1))
                    .misused(
                            "text of " + text.length() + " characters is too long; it starts with",
                            "at most " + MAX_TEXT_LENGTH + " characters");
        }
        List<PlacedCommand> commands = new ArrayList<>();
        List<RuleException> errors = new ArrayList<>();
        int line = 0;
        int start = 0;
        while (start < text.length() && commands.size() <= MAX_COMMANDS && errors.size() < MAX_ERRORS) {
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline;
            line++;
            try {
                List<Token> words = Words.of(text, start, end, source, line);
                List<Token> ours = Words.ours(text, start, end, source, line);
                if (!words.isEmpty()) {
                    commands.add(PlacedCommand.parse(words, ours));
                } else if (!ours.isEmpty()) {
                    throw ours.get(0).misused("comment without a command", "a command before it, in the same line");
                }
            } catch (RuleException e) {
                errors.add(e);
            }
            start = end + 1;
        }
        if (commands.size() > MAX_COMMANDS && errors.size() < MAX_ERRORS) {
            errors.add(commands.get(MAX_COMMANDS).whole().misused("too many commands", "at most " + MAX_COMMANDS));
        }
        RuleException.throwIfAny(errors);
        return new Rules(commands);
    }

    /**
     * The rules that recreate a director's services and servers, sorted as {@code ipvsadm -S -n} prints them. As in its
     * output, thresholds, timeouts, and the third flag of {@code sh} and {@code mh} are left out, and so are named services. A server that is
     * drained has its configured weight.
     */
    public static Rules of(Director director) {
        List<RuleCommand> commands = new ArrayList<>();
        for (ServiceSnapshot service :
                ListingOrder.sorted(requireNonNull(director, "director").services())) {
            ServiceKey key = service.service().key();
            if (key instanceof ServiceKey.Named) {
                continue;
            }
            commands.add(new RuleCommand.AddService(withoutUnnamedFlag(service.service())));
            for (ServerSnapshot server : ListingOrder.sortedServers(service)) {
                commands.add(new RuleCommand.AddServer(key, withoutThresholds(server.server())));
            }
        }
        return notParsed(commands, "director");
    }

    /** The third flag has no name with a scheduler that names the other two: {@code ipvsadm -S} leaves it out. */
    private static VirtualService withoutUnnamedFlag(VirtualService service) {
        if (!SchedulerFlags.areNamed(service.scheduler()) || !service.flags().contains(SchedulerFlag.FLAG_3)) {
            return service;
        }
        EnumSet<SchedulerFlag> named = EnumSet.copyOf(service.flags());
        named.remove(SchedulerFlag.FLAG_3);
        return service.toBuilder().flags(named).build();
    }

    private static RealServer withoutThresholds(RealServer server) {
        return new RealServer(server.endpoint(), server.weight(), server.forwarding(), 0, 0);
    }

    /**
     * The commands that make changes, as far as rules can express them. A service that is added comes with a command
     * for each of its servers; a changed sysctl is left out.
     *
     * @param changes planned or made changes, in order
     */
    public static Rules of(List<? extends ConfigurationChange> changes) {
        List<RuleCommand> commands = new ArrayList<>();
        for (ConfigurationChange change : requireNonNull(changes, "changes")) {
            commands.addAll(Changes.commands(requireNonNull(change, "changes contains null")));
        }
        return notParsed(commands, "changes");
    }

    private static Rules notParsed(List<RuleCommand> commands, String source) {
        List<PlacedCommand> placed = new ArrayList<>(commands.size());
        for (RuleCommand command : commands) {
            placed.add(PlacedCommand.of(command, source, placed.size() + 1));
        }
        return new Rules(placed);
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
     * An error about one of the commands, for a caller that cannot execute it. Its exit code is that of
     * a malformed rule.
     *
     * @param index the position of the command in {@link #commands()}
     * @param problem what is wrong
     * @param expected what was expected in its place
     * @throws IndexOutOfBoundsException if there is no such command
     */
    public RuleException error(int index, String problem, String expected) {
        PlacedCommand at = placed.get(index);
        requireNonNull(problem, "problem");
        requireNonNull(expected, "expected");
        return (at.ofServer() ? at.server() : at.whole()).misused(problem, expected);
    }

    /**
     * The configuration that the rules describe. The commands are executed in order, beginning without services. A
     * running service or server keeps every attribute that rules cannot express. Settings stay unchanged, and so do
     * timeouts without a {@code --set}.
     *
     * @param running the configuration to be replaced
     * @param director the source of the names of schedulers and persistence engines; not changed
     * @throws RuleException if a command is not one of {@code -A -E -D -a -e -d -C --set}, contradicts those before it,
     *     or names a scheduler or a persistence engine that the director does not have;
     *     {@linkplain RuleException#all with} all further errors
     */
    public DirectorConfiguration replacing(DirectorConfiguration running, Director director) throws RuleException {
        return RuleEvaluation.run(
                placed, requireNonNull(running, "running"), requireNonNull(director, "director"), true);
    }

    /**
     * The configuration that results from executing all commands, in order, on a running one. A running service
     * or server keeps every attribute that rules cannot express, even if it is removed and added again.
     * {@code -Z} changes nothing.
     *
     * @param running the configuration to begin with
     * @param director the source of the names of schedulers and persistence engines; not changed
     * @throws RuleException if a command is not one of {@code -A -E -D -a -e -d -C -Z --set}, contradicts the
     *     configuration at its place, or names a scheduler or a persistence engine that the director does not have;
     *     {@linkplain RuleException#all with} all further errors
     */
    public DirectorConfiguration appliedTo(DirectorConfiguration running, Director director) throws RuleException {
        return RuleEvaluation.run(
                placed, requireNonNull(running, "running"), requireNonNull(director, "director"), false);
    }

    /**
     * Executes the commands one by one, as a shell script of {@code ipvsadm} commands does, until the director refuses
     * one. The commands before it stay done. If there is a command that changes nothing, such as {@code -L}, none is
     * executed. For all or none, apply {@link #appliedTo}.
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

    /**
     * The commands as text, one a line, with ports as numbers. Parsing the text of parsed rules gives equal rules
     * again.
     */
    public String print() {
        StringBuilder text = new StringBuilder();
        try {
            print(true, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /**
     * Prints the commands, one a line. Parsing the text of parsed rules gives equal rules again, on a system with the
     * same {@code /etc/services}. Needs no memory for the text.
     *
     * @param numeric whether to print ports as numbers only, as {@code ipvsadm -S -n} does; otherwise with the names
     *     that {@code /etc/services} gives them. Addresses are always printed as numbers
     * @param output receives whole lines
     * @throws IOException if the output throws it; the text is incomplete
     */
    public void print(boolean numeric, Appendable output) throws IOException {
        requireNonNull(output, "output");
        RulePrinter printer = new RulePrinter(numeric ? ServiceNames.NUMERIC : ServiceNames.current());
        for (PlacedCommand command : placed) {
            output.append(printer.print(command.command()) + '\n');
        }
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
