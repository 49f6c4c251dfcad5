package org.lvs4j.config;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConnectionSnapshot;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.TemplateSnapshot;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.config.RuleCommand.ListServices;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * The output of {@code ipvsadm -L}, byte for byte, with two exceptions: addresses are always numbers, as with
 * {@code -n}, because looking up names is slow, and ambiguous when a name has several addresses; and a firewall mark is
 * an unsigned number, as rules are read. Without {@code -n}, ports have their names in {@code /etc/services}. Stateless
 * and thread-safe. Every text ends with a newline unless it is empty.
 */
public final class Listing {
    private static final String VERSION_HEADER = "IP Virtual Server version 1.2.1 (size=4096)\n";
    private static final String ROW = "%-3s %-6s %-11s %-18s %-18s %s";

    private Listing() {}

    /**
     * The output of a command about a director. {@code --daemon} prints nothing: a director runs
     * no synchronisation daemon. The text is as long as the listing: for millions of connections use {@link #print}.
     *
     * @return the text, or empty if the command is not {@code -L}
     * @throws RuleException if the command names a service that does not exist
     */
    public static Optional<String> of(Director director, RuleCommand command) throws RuleException {
        StringBuilder text = new StringBuilder();
        try {
            return print(director, command, text) ? Optional.of(text.toString()) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Prints the output of a command about a director, line by line: a listing of connections takes the same memory
     * for a million as for one. The director is not locked meanwhile, and connections may come and go.
     *
     * @param output receives whole lines; it may block, which delays only the caller
     * @return false if the command is not {@code -L}; nothing is printed then
     * @throws RuleException if the command names a service that does not exist; nothing is printed then
     * @throws IOException if the output throws it; the listing is incomplete
     */
    public static boolean print(Director director, RuleCommand command, Appendable output)
            throws RuleException, IOException {
        requireNonNull(director, "director");
        requireNonNull(command, "command");
        requireNonNull(output, "output");
        if (command instanceof ListServices list) {
            printOrdered(listed(director, list), list, output);
            return true;
        } else if (command instanceof RuleCommand.ListConnections list) {
            printConnections(director, list, output);
            return true;
        } else if (command instanceof RuleCommand.ListTimeouts) {
            output.append(timeouts(director.timeouts()));
            return true;
        }
        return command instanceof RuleCommand.ListDaemons;
    }

    /**
     * What a listing of services lists, in its order, for other forms than this text.
     *
     * @param list the services and the order; its columns do not matter
     * @return unmodifiable
     * @throws RuleException if the command names a service that does not exist
     */
    public static List<ServiceSnapshot> listed(Director director, ListServices list) throws RuleException {
        requireNonNull(director, "director");
        ServiceKey only = requireNonNull(list, "list").only();
        if (only == null) {
            return ordered(director.services(), list);
        }
        ServiceSnapshot found = director.service(only);
        if (found == null) {
            throw PlacedCommand.of(list, "command line", 0).notListed();
        }
        return ordered(List.of(found), list);
    }

    private static List<ServiceSnapshot> ordered(List<ServiceSnapshot> services, ListServices list) {
        return list.sorted()
                ? ListingOrder.sorted(services).stream()
                        .map(each -> new ServiceSnapshot(
                                each.service(), ListingOrder.sortedServers(each), each.traffic(), each.rates()))
                        .toList()
                : services;
    }

    private static void printConnections(Director director, RuleCommand.ListConnections list, Appendable output)
            throws IOException {
        StringBuilder line = connectionsHeader(list);
        ServiceNames names = names(list);
        output.append(line);
        try {
            director.forEachConnection(connection -> {
                line.setLength(0);
                row(line, connection, names);
                appendUnchecked(output, line);
            });
            director.forEachTemplate(template -> {
                line.setLength(0);
                row(line, template, list, names);
                appendUnchecked(output, line);
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void appendUnchecked(Appendable output, CharSequence text) {
        try {
            output.append(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Lists services with their servers.
     *
     * @param services the services; all of them are listed, even if {@link ListServices#only} names one
     * @param list the columns and the order; the line with the version is left out if it names one service
     */
    public static String services(List<ServiceSnapshot> services, ListServices list) {
        requireNonNull(services, "services");
        requireNonNull(list, "list");
        StringBuilder text = new StringBuilder();
        try {
            printOrdered(ordered(services, list), list, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void printOrdered(List<ServiceSnapshot> services, ListServices list, Appendable output)
            throws IOException {
        ServiceTablePrinter printer = ServiceTablePrinter.of(list);
        StringBuilder lines = new StringBuilder(list.only() == null ? VERSION_HEADER : "");
        printer.header(lines);
        output.append(lines);
        for (ServiceSnapshot service : services) {
            lines.setLength(0);
            printer.service(lines, service);
            for (ServerSnapshot server : service.servers()) {
                printer.server(lines, service.service().key(), server);
            }
            output.append(lines);
        }
    }

    /** Lists connections, then templates, each in the order given. */
    public static String connections(
            Iterable<ConnectionSnapshot> connections,
            Iterable<TemplateSnapshot> templates,
            RuleCommand.ListConnections list) {
        requireNonNull(connections, "connections");
        requireNonNull(templates, "templates");
        StringBuilder text = connectionsHeader(requireNonNull(list, "list"));
        ServiceNames names = names(list);
        connections.forEach(connection -> row(text, connection, names));
        templates.forEach(template -> row(text, template, list, names));
        return text.toString();
    }

    private static ServiceNames names(RuleCommand.ListConnections list) {
        return list.numeric() ? ServiceNames.NUMERIC : ServiceNames.current();
    }

    private static StringBuilder connectionsHeader(RuleCommand.ListConnections list) {
        StringBuilder text = new StringBuilder("IPVS connection entries\n");
        text.append(format(ROW, "pro", "expire", "state", "source", "virtual", "destination"));
        return text.append(list.engineData() ? "        pe name          pe_data\n" : "\n");
    }

    private static void row(StringBuilder text, ConnectionSnapshot connection, ServiceNames names) {
        row(
                text,
                connection.protocol(),
                connection.expiresInNanos(),
                connection.state().label(),
                connection.client(),
                connection.virtual(),
                connection.server(),
                names);
        text.append('\n');
    }

    private static void row(
            StringBuilder text, TemplateSnapshot template, RuleCommand.ListConnections list, ServiceNames names) {
        row(
                text,
                template.protocol(),
                template.expiresInNanos(),
                template.confirmed() ? "ASSURED" : "NONE",
                template.client(),
                template.virtual(),
                template.server(),
                names);
        if (list.engineData() && template.engine() != null) {
            String identity = template.identity();
            text.append(format(" %-18s %s", template.engine(), identity == null ? "" : identity));
        }
        text.append('\n');
    }

    private static void row(
            StringBuilder text,
            @Nullable Protocol protocol,
            long expiresInNanos,
            String state,
            Endpoint client,
            Endpoint virtual,
            Endpoint server,
            ServiceNames names) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(expiresInNanos);
        column(text, protocol == null ? "IP" : protocol.name(), 3);
        column(text, twoDigits(seconds / 60) + ":" + twoDigits(seconds % 60), 6);
        column(text, state, 11);
        column(text, names.print(client, protocol), 18);
        column(text, names.print(virtual, protocol), 18);
        text.append(names.print(server, protocol));
    }

    private static String twoDigits(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }

    /** Appends a value, padded to a width, and a blank: the format of {@link #ROW} without its cost. */
    private static void column(StringBuilder text, String value, int width) {
        int end = text.length() + width;
        text.append(value);
        while (text.length() < end) {
            text.append(' ');
        }
        text.append(' ');
    }

    /** Prints the idle timeouts. */
    public static String timeouts(TimeoutSettings settings) {
        requireNonNull(settings, "settings");
        return "Timeout (tcp tcpfin udp): " + settings.tcp() + " " + settings.tcpFin() + " " + settings.udp() + "\n";
    }

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
