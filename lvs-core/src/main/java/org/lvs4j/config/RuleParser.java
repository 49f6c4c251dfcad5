package org.lvs4j.config;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.config.RuleCommand.Columns;
import org.lvs4j.config.RuleCommand.DaemonRole;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;

/** Parses single command lines of {@code ipvsadm} 1.31. Stateless and thread-safe. */
public final class RuleParser {
    private static final int MAX_MESSAGE_LENGTH = 65_507;

    private RuleParser() {}

    /**
     * Parses a command line.
     *
     * @param arguments the words after {@code ipvsadm}, as a shell passes them; an empty list means {@code -L}
     * @throws RuleException if it is not a command line of {@code ipvsadm}; its {@linkplain RuleException#line() line}
     *     is 0
     */
    public static RuleCommand parse(List<String> arguments) throws RuleException {
        List<Token> tokens =
                new ArrayList<>(requireNonNull(arguments, "arguments").size());
        int column = 1;
        for (String argument : arguments) {
            requireNonNull(argument, "arguments contains null");
            tokens.add(new Token("command line", 0, column, argument));
            column += argument.length() + 1;
        }
        return tokens.isEmpty() ? RuleCommand.ListServices.DEFAULT : command(Arguments.of(tokens));
    }

    static RuleCommand command(Arguments arguments) throws RuleException {
        try {
            return read(arguments);
        } catch (IllegalArgumentException e) {
            throw arguments.start().misused(String.valueOf(e.getMessage()), "options that go together");
        }
    }

    private static RuleCommand read(Arguments arguments) throws RuleException {
        return switch (arguments.command()) {
            case ADD_SERVICE -> new RuleCommand.AddService(ServiceOptions.service(arguments));
            case EDIT_SERVICE -> new RuleCommand.EditService(ServiceOptions.service(arguments));
            case DELETE_SERVICE -> new RuleCommand.DeleteService(ServiceOptions.key(arguments));
            case CLEAR -> new RuleCommand.Clear();
            case RESTORE -> new RuleCommand.Restore();
            case SAVE -> new RuleCommand.Save(arguments.has(Option.NUMERIC));
            case ADD_SERVER -> {
                ServiceKey key = ServiceOptions.key(arguments);
                yield new RuleCommand.AddServer(key, ServerOptions.server(arguments, key));
            }
            case EDIT_SERVER -> {
                ServiceKey key = ServiceOptions.key(arguments);
                yield new RuleCommand.EditServer(key, ServerOptions.server(arguments, key));
            }
            case DELETE_SERVER -> {
                ServiceKey key = ServiceOptions.key(arguments);
                yield new RuleCommand.DeleteServer(key, ServerOptions.endpoint(arguments, key));
            }
            case LIST -> list(arguments);
            case ZERO -> new RuleCommand.Zero(optionalKey(arguments));
            case SET -> new RuleCommand.SetTimeouts(timeouts(arguments));
            case START_DAEMON -> startDaemon(arguments);
            case STOP_DAEMON -> new RuleCommand.StopDaemon(role(arguments));
            case HELP -> new RuleCommand.Help();
            case VERSION -> new RuleCommand.Version();
        };
    }

    private static @Nullable ServiceKey optionalKey(Arguments arguments) throws RuleException {
        Token ipv6 = arguments.option(Option.IPV6);
        if (arguments.first(Option.SERVICE) != null) {
            return ServiceOptions.key(arguments);
        }
        if (ipv6 != null) {
            throw ServiceOptions.ipv6WithoutMark(ipv6);
        }
        return null;
    }

    private static RuleCommand list(Arguments arguments) throws RuleException {
        boolean numeric = arguments.has(Option.NUMERIC);
        if (arguments.has(Option.CONNECTIONS)) {
            // Sorting, exact figures and information about tunnels have no effect here; ipvsadm takes them too.
            forbid(arguments, Option.CONNECTIONS, Option.SERVICE);
            forbid(arguments, Option.CONNECTIONS, Set.of(Option.TIMEOUTS));
            forbid(arguments, Option.CONNECTIONS, Set.of(Option.DAEMONS));
            forbidColumns(arguments, Option.CONNECTIONS, Set.of(Option.STATS, Option.RATE, Option.THRESHOLDS));
            forbidIpv6(arguments);
            return new RuleCommand.ListConnections(arguments.has(Option.PERSISTENT_CONNECTIONS), numeric);
        }
        for (Option single : new Option[] {Option.TIMEOUTS, Option.DAEMONS}) {
            if (arguments.has(single)) {
                forbid(arguments, single, Option.SERVICE);
                forbidColumns(
                        arguments,
                        single,
                        Set.of(Option.STATS, Option.RATE, Option.THRESHOLDS, Option.PERSISTENT_CONNECTIONS));
                forbidIpv6(arguments);
            }
        }
        if (arguments.has(Option.TIMEOUTS)) {
            forbid(arguments, Option.TIMEOUTS, Set.of(Option.DAEMONS));
            return new RuleCommand.ListTimeouts();
        }
        if (arguments.has(Option.DAEMONS)) {
            return new RuleCommand.ListDaemons();
        }
        return new RuleCommand.ListServices(
                optionalKey(arguments),
                columns(arguments),
                !arguments.has(Option.NO_SORT),
                arguments.has(Option.EXACT),
                numeric);
    }

    private static void forbid(Arguments arguments, Option given, Set<Option> others) throws RuleException {
        Option other = arguments.first(others);
        if (other != null) {
            boolean service = Option.SERVICE.contains(other) && given != Option.CONNECTIONS;
            Option one = service ? given : other;
            Option two = service ? other : given;
            throw at(arguments, other)
                    .misused(
                            "The option '" + one.nameInErrors() + "' conflicts with the '" + two.nameInErrors()
                                    + "' option in the 'list' command",
                            "nothing of the kind beside " + given.written());
        }
    }

    private static void forbidColumns(Arguments arguments, Option given, Set<Option> others) throws RuleException {
        Option other = arguments.first(others);
        if (other != null) {
            throw at(arguments, other)
                    .misused("options conflicts in the list command", "nothing of the kind beside " + given.written());
        }
    }

    private static void forbidIpv6(Arguments arguments) throws RuleException {
        Token ipv6 = arguments.option(Option.IPV6);
        if (ipv6 != null) {
            throw ServiceOptions.ipv6WithoutMark(ipv6);
        }
    }

    private static Token at(Arguments arguments, Option option) {
        Token token = arguments.option(option);
        return token == null ? arguments.start() : token;
    }

    private static Columns columns(Arguments arguments) {
        Option given = arguments.first(Option.COLUMNS);
        if (given == null) {
            return Columns.WEIGHTS;
        }
        return switch (given) {
            case STATS -> Columns.STATS;
            case RATE -> Columns.RATE;
            case THRESHOLDS -> Columns.THRESHOLDS;
            case PERSISTENT_CONNECTIONS -> Columns.PERSISTENT;
            default -> Columns.TUNNELS;
        };
    }

    private static TimeoutSettings timeouts(Arguments arguments) throws RuleException {
        List<Token> words = arguments.words();
        if (words.size() < 3) {
            throw arguments
                    .start()
                    .misused(
                            "--set option requires 3 timeout values",
                            "--set TCP TCPFIN UDP in seconds, 0 to leave one");
        }
        int[] seconds = new int[3];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = (int) Values.number(
                    words.get(i),
                    0,
                    Persistence.MAX_TIMEOUT_SECONDS,
                    "invalid timeout value `"
                            + RuleException.printable(words.get(i).text()) + "' specified");
        }
        return new TimeoutSettings(seconds[0], seconds[1], seconds[2]);
    }

    private static DaemonRole role(Arguments arguments) throws RuleException {
        Token role = arguments.commandValue();
        return switch (role.text()) {
            case "master" -> DaemonRole.MASTER;
            case "backup" -> DaemonRole.BACKUP;
            default ->
                throw role.misused(
                        "illegal " + arguments.command().longName() + " parameter specified", "master or backup");
        };
    }

    private static RuleCommand startDaemon(Arguments arguments) throws RuleException {
        Token networkInterface = arguments.value(Option.INTERFACE);
        Token group = arguments.value(Option.MULTICAST_GROUP);
        IpAddress address = group == null ? null : Values.address(group.text());
        if (group != null && (address == null || !address.isMulticast())) {
            throw group.misused("invalid multicast group specified", "a multicast address such as 224.0.0.81");
        }
        return new RuleCommand.StartDaemon(
                role(arguments),
                networkInterface == null ? null : Values.name(networkInterface, "illegal interface name specified"),
                number(arguments, Option.SYNC_ID, 0, 255),
                number(arguments, Option.SYNC_MAX_LENGTH, 1, MAX_MESSAGE_LENGTH),
                address,
                number(arguments, Option.MULTICAST_PORT, 1, 65_535),
                number(arguments, Option.MULTICAST_TTL, 1, 255));
    }

    private static int number(Arguments arguments, Option option, int min, int max) throws RuleException {
        return arguments.number(option, min, max, 0, "illegal " + option.longName() + " specified");
    }
}
