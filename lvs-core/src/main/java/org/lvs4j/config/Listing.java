package org.lvs4j.config;

import static java.util.Objects.requireNonNull;

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
 * an unsigned number, as rules are read. Without {@code -n}, ports have their names in {@code /etc/services}. Stateless and thread-safe.
 * Every text ends with a newline unless it is empty.
 */
public final class Listing {
    private static final String VERSION_HEADER = "IP Virtual Server version 1.2.1 (size=4096)\n";
    private static final String ROW = "%-3s %-6s %-11s %-18s %-18s %s";

    private Listing() {}

    /**
     * The output of a command about a director. {@code --daemon} prints nothing: a director runs
     * no synchronisation daemon.
     *
     * @return the text, or empty if the command is not {@code -L}
     * @throws RuleException if the command names a service that does not exist
     */
    public static Optional<String> of(Director director, RuleCommand command) throws RuleException {
        requireNonNull(director, "director");
        requireNonNull(command, "command");
        if (command instanceof ListServices list) {
            ServiceKey only = list.only();
            ServiceSnapshot found = only == null ? null : director.service(only);
            if (only != null && found == null) {
                throw PlacedCommand.of(command, "command line", 0).notListed();
            }
            return Optional.of(services(found == null ? director.services() : List.of(found), list));
        } else if (command instanceof RuleCommand.ListConnections list) {
            StringBuilder text = connectionsHeader(list);
            ServiceNames names = names(list);
            director.forEachConnection(connection -> row(text, connection, names));
            director.forEachTemplate(template -> row(text, template, list, names));
            return Optional.of(text.toString());
        } else if (command instanceof RuleCommand.ListTimeouts) {
            return Optional.of(timeouts(director.timeouts()));
        }
        return command instanceof RuleCommand.ListDaemons ? Optional.of("") : Optional.empty();
    }

    /**
     * Lists services with their servers.
     *
     * @param services the services; all of them are listed, even if {@link ListServices#only} names one
     * @param list the columns and the order; the line with the version is left out if it names one service
     */
    public static String services(List<ServiceSnapshot> services, ListServices list) {
        requireNonNull(services, "services");
        ServiceTablePrinter printer = ServiceTablePrinter.of(requireNonNull(list, "list"));
        StringBuilder text = new StringBuilder(list.only() == null ? VERSION_HEADER : "");
        printer.header(text);
        for (ServiceSnapshot service : list.sorted() ? ListingOrder.sorted(services) : services) {
            printer.service(text, service);
            List<ServerSnapshot> servers = list.sorted() ? ListingOrder.sortedServers(service) : service.servers();
            for (ServerSnapshot server : servers) {
                printer.server(text, service.service().key(), server);
            }
        }
        return text.toString();
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
        text.append(format(
                ROW,
                protocol == null ? "IP" : protocol.name(),
                format("%02d:%02d", seconds / 60, seconds % 60),
                state,
                names.print(client, protocol),
                names.print(virtual, protocol),
                names.print(server, protocol)));
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
