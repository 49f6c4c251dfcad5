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
 * What {@code ipvsadm -L} prints, byte for byte, with one exception: addresses and ports are numbers always, as with
 * {@code -n}. Looking up names is slow, and wrong as soon as a name has several addresses. All methods are stateless and
 * thread-safe; every text ends with a newline unless it is empty.
 */
public final class Listing {
    private static final String VERSION_HEADER = "IP Virtual Server version 1.2.1 (size=4096)\n";
    private static final String ROW = "%-3s %-6s %-11s %-18s %-18s %s";

    private Listing() {}

    /**
     * What a command prints about a director. {@code --daemon} prints nothing, since a director runs no synchronisation
     * daemon.
     *
     * @return the text, or empty if the command is none of {@code -L}
     * @throws RuleException if the one service asked for does not exist
     */
    public static Optional<String> of(Director director, RuleCommand command) throws RuleException {
        requireNonNull(director, "director");
        if (command instanceof ListServices list) {
            ServiceKey only = list.only();
            ServiceSnapshot found = only == null ? null : director.service(only);
            if (only != null && found == null) {
                throw new Token("command line", 0, 1, only.toString())
                        .error(
                                RuleException.EXIT_NOT_LISTED,
                                "No such service",
                                "a service that has been added with -A");
            }
            return Optional.of(services(found == null ? director.services() : List.of(found), list));
        } else if (command instanceof RuleCommand.ListConnections list) {
            return Optional.of(connections(director.connections(), director.templates(), list));
        } else if (command instanceof RuleCommand.ListTimeouts) {
            return Optional.of(timeouts(director.timeouts()));
        }
        return command instanceof RuleCommand.ListDaemons ? Optional.of("") : Optional.empty();
    }

    /**
     * Services with their servers.
     *
     * @param services which; all of them are listed, whatever {@link ListServices#only} says
     * @param list how; the line with the version is left out if one service was asked for
     */
    public static String services(List<ServiceSnapshot> services, ListServices list) {
        ServiceTablePrinter printer = ServiceTablePrinter.of(list);
        StringBuilder text = new StringBuilder(list.only() == null ? VERSION_HEADER : "");
        printer.header(text);
        for (ServiceSnapshot service : list.sorted() ? ListingOrder.sorted(services) : services) {
            printer.service(text, service);
            List<ServerSnapshot> servers = list.sorted() ? ListingOrder.sortedServers(service) : service.servers();
            for (ServerSnapshot server : servers) {
                printer.server(text, server);
            }
        }
        return text.toString();
    }

    /** Connections and templates, each in the order given. */
    public static String connections(
            Iterable<ConnectionSnapshot> connections,
            Iterable<TemplateSnapshot> templates,
            RuleCommand.ListConnections list) {
        StringBuilder text = new StringBuilder("IPVS connection entries\n");
        text.append(format(ROW, "pro", "expire", "state", "source", "virtual", "destination"));
        text.append(list.engineData() ? "        pe name          pe_data\n" : "\n");
        for (ConnectionSnapshot connection : connections) {
            row(
                    text,
                    connection.protocol(),
                    connection.expiresInNanos(),
                    connection.state().label(),
                    connection.client(),
                    connection.virtual(),
                    connection.server());
            text.append('\n');
        }
        for (TemplateSnapshot template : templates) {
            row(
                    text,
                    template.protocol(),
                    template.expiresInNanos(),
                    template.confirmed() ? "ASSURED" : "NONE",
                    template.client(),
                    template.virtual(),
                    template.server());
            if (list.engineData() && template.engine() != null) {
                String identity = template.identity();
                text.append(format(" %-18s %s", template.engine(), identity == null ? "" : identity));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static void row(
            StringBuilder text,
            @Nullable Protocol protocol,
            long expiresInNanos,
            String state,
            Endpoint client,
            Endpoint virtual,
            Endpoint server) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(expiresInNanos);
        text.append(format(
                ROW,
                protocol == null ? "IP" : protocol.name(),
                format("%02d:%02d", seconds / 60, seconds % 60),
                state,
                client,
                virtual,
                server));
    }

    /** The idle timeouts. */
    public static String timeouts(TimeoutSettings settings) {
        return "Timeout (tcp tcpfin udp): " + settings.tcp() + " " + settings.tcpFin() + " " + settings.udp() + "\n";
    }

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
