package org.lvs4j.config;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.config.RuleCommand.ListServices;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Forwarding.Encapsulation;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/**
 * Prints the header and the lines of a listing of services: {@link Figures} for traffic, {@link State}
 * for everything else.
 */
sealed interface ServiceTablePrinter {
    /** The printer for a command. */
    static ServiceTablePrinter of(ListServices list) {
        ServiceNames names = list.numeric() ? ServiceNames.NUMERIC : ServiceNames.current();
        return switch (list.columns()) {
            case STATS, RATE -> new Figures(list.columns() == RuleCommand.Columns.RATE, list.exact(), names);
            case WEIGHTS ->
                new State(
                        "Scheduler Flags",
                        "           Forward Weight ActiveConn InActConn",
                        ServiceTablePrinter::weights,
                        names);
            case TUNNELS ->
                new State(
                        "Scheduler Flags",
                        "           Forward TunnelInfo    Weight ActiveConn InActConn",
                        ServiceTablePrinter::tunnels,
                        names);
            case THRESHOLDS ->
                new State(
                        "           Uthreshold Lthreshold ActiveConn InActConn ",
                        "",
                        ServiceTablePrinter::thresholds,
                        names);
            case PERSISTENT ->
                new State(
                        "           Weight    PersistConn ActiveConn InActConn ",
                        "",
                        ServiceTablePrinter::persistent,
                        names);
        };
    }

    void header(StringBuilder text);

    void service(StringBuilder text, ServiceSnapshot service);

    /** Prints a line about a server of a service. */
    void server(StringBuilder text, ServiceKey key, ServerSnapshot server);

    /** The start of a line about a service. */
    private static String label(ServiceKey key, ServiceNames names) {
        if (key instanceof ServiceKey.Named) {
            return "NAME " + key;
        }
        return key instanceof ServiceKey.Address address
                ? Listing.format("%-4s %s", address.protocol(), names.print(address.endpoint(), address.protocol()))
                : "FWM  " + key.toString().substring("FWM ".length());
    }

    /** The start of a line about a server. */
    private static String label(ServerSnapshot server, ServiceKey key, ServiceNames names) {
        Protocol protocol = key instanceof ServiceKey.Address address ? address.protocol() : null;
        return Listing.format("  -> %-28s", names.print(server.server().endpoint(), protocol));
    }

    private static String weights(ServerSnapshot server) {
        return Listing.format(
                "%-7s %-6d %-10d %-10d",
                method(server.server().forwarding()), server.weight(), server.active(), server.inactive());
    }

    private static String tunnels(ServerSnapshot server) {
        Forwarding forwarding = server.server().forwarding();
        return Listing.format(
                "%-7s %-13s %-6d %-10d %-10d",
                method(forwarding), tunnel(forwarding), server.weight(), server.active(), server.inactive());
    }

    private static String thresholds(ServerSnapshot server) {
        RealServer config = server.server();
        return Listing.format(
                "%-10d %-10d %-10d %-10d",
                config.upperThreshold(), config.lowerThreshold(), server.active(), server.inactive());
    }

    private static String persistent(ServerSnapshot server) {
        return Listing.format(
                "%-9d %-11d %-10d %-10d", server.weight(), server.persistent(), server.active(), server.inactive());
    }

    private static String method(Forwarding forwarding) {
        return switch (forwarding.method()) {
            case MASQUERADE -> "Masq";
            case TUNNEL -> "Tunnel";
            case DIRECT -> "Route";
        };
    }

    private static String tunnel(Forwarding forwarding) {
        Forwarding.Tunnel tunnel = forwarding.tunnel();
        if (tunnel == null) {
            return "n/a";
        }
        String name = tunnel.encapsulation().name().toLowerCase(Locale.ROOT);
        if (tunnel.encapsulation() == Encapsulation.IPIP) {
            return name;
        }
        return name
                + (tunnel.port() == 0 ? "" : ":" + tunnel.port())
                + switch (tunnel.checksum()) {
                    case NONE -> ":-c";
                    case FULL -> ":+c";
                    case REMOTE -> ":+r";
                };
    }

    /**
     * Configuration of services, and configuration and connections of servers.
     *
     * @param heading the rest of the first line of the header
     * @param subheading the rest of the second line of the header
     * @param columns prints the columns of a server
     * @param names the names of ports
     */
    record State(String heading, String subheading, Function<ServerSnapshot, String> columns, ServiceNames names)
            implements ServiceTablePrinter {
        @Override
        public void header(StringBuilder text) {
            text.append("Prot LocalAddress:Port ").append(heading).append('\n');
            text.append("  -> RemoteAddress:Port").append(subheading).append('\n');
        }

        @Override
        public void service(StringBuilder text, ServiceSnapshot snapshot) {
            VirtualService service = snapshot.service();
            text.append(label(service.key(), names)).append(' ').append(service.scheduler());
            if (!service.flags().isEmpty()) {
                text.append(" (")
                        .append(SchedulerFlags.print(service.scheduler(), service.flags()))
                        .append(')');
            }
            Persistence persistence = service.persistence();
            if (persistence != null) {
                text.append(" persistent ").append(persistence.timeoutSeconds());
                if (persistence.mask() != Persistence.fullMask(service.key().family())) {
                    text.append(" mask ").append(RulePrinter.mask(service.key().family(), persistence));
                }
                if (persistence.engine() != null) {
                    text.append(" pe ").append(persistence.engine());
                }
            }
            text.append(service.onePacket() ? " ops\n" : "\n");
        }

        @Override
        public void server(StringBuilder text, ServiceKey key, ServerSnapshot server) {
            text.append(label(server, key, names))
                    .append(' ')
                    .append(columns.apply(server))
                    .append('\n');
        }
    }

    /**
     * Traffic of services and servers: counters or averages.
     *
     * @param rate whether to print averages instead of counters
     * @param exact whether to print large figures to the last digit
     * @param names the names of ports
     */
    record Figures(boolean rate, boolean exact, ServiceNames names) implements ServiceTablePrinter {
        @Override
        public void header(StringBuilder text) {
            List<String> names = rate
                    ? List.of("CPS", "InPPS", "OutPPS", "InBPS", "OutBPS")
                    : List.of("Conns", "InPkts", "OutPkts", "InBytes", "OutBytes");
            text.append(Listing.format("%-33s", "Prot LocalAddress:Port"));
            names.forEach(name -> text.append(Listing.format(" %8s", name)));
            text.append("\n  -> RemoteAddress:Port\n");
        }

        @Override
        public void service(StringBuilder text, ServiceSnapshot service) {
            line(text, label(service.service().key(), names), service.traffic(), service.rates());
        }

        @Override
        public void server(StringBuilder text, ServiceKey key, ServerSnapshot server) {
            line(text, label(server, key, names), server.traffic(), server.rates());
        }

        private void line(StringBuilder text, String label, Traffic traffic, Rates rates) {
            text.append(Listing.format("%-33s", label));
            long[] figures = rate
                    ? new long[] {
                        rates.connectionsPerSecond(),
                        rates.inPacketsPerSecond(),
                        rates.outPacketsPerSecond(),
                        rates.inBytesPerSecond(),
                        rates.outBytesPerSecond()
                    }
                    : new long[] {
                        traffic.connections(),
                        traffic.inPackets(),
                        traffic.outPackets(),
                        traffic.inBytes(),
                        traffic.outBytes()
                    };
            for (long figure : figures) {
                text.append(exact ? Figure.exact(figure) : Figure.rounded(figure));
            }
            text.append('\n');
        }
    }
}
