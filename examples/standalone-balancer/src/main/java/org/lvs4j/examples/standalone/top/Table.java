package org.lvs4j.examples.standalone.top;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.standalone.top.Snapshot.Figures;
import org.lvs4j.examples.standalone.top.Snapshot.Server;
import org.lvs4j.examples.standalone.top.Snapshot.ServerHealth;

/**
 * The rows of a snapshot in their order, and what they add up to. Immutable.
 *
 * @param rows services, each followed by its servers unless it is folded
 * @param nameWidth the longest name
 * @param services how many services there are, shown or not
 * @param states how many servers there are of each state, shown or not
 * @param active active connections of all servers
 * @param inactive inactive connections of all servers
 */
record Table(
        List<Row> rows, int nameWidth, int services, Map<ServerState, Integer> states, long active, long inactive) {
    static final Table EMPTY = new Table(List.of(), 0, 0, Map.of(), 0, 0);

    /**
     * Which rows are wanted, in which order.
     *
     * @param sort the column that decides; {@link Column#NAME} for the order of listings
     * @param reversed whether the order is turned around
     * @param filter what a row, or its service, must contain; empty for all
     * @param folded the ids of services whose servers are not shown
     */
    record Selection(Column sort, boolean reversed, String filter, Set<String> folded) {
        static final Selection ALL = new Selection(Column.NAME, false, "", Set.of());
    }

    static Table of(Snapshot snapshot, Selection selection) {
        return new Builder(snapshot, selection).build();
    }

    /** The number of servers of all states. */
    int servers() {
        return states.values().stream().mapToInt(Integer::intValue).sum();
    }

    int servers(ServerState state) {
        return states.getOrDefault(state, 0);
    }

    /** The place of a row, or -1. */
    int indexOf(@Nullable String key) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).key().equals(key)) {
                return i;
            }
        }
        return -1;
    }

    /** Collects the rows of one snapshot. */
    private static final class Builder {
        private final Snapshot snapshot;
        private final Selection selection;
        private final String filter;
        private final Map<String, String> phases = new HashMap<>();
        private final Map<String, Map<String, ServerHealth>> health = new HashMap<>();
        private final Map<ServerState, Integer> states = new HashMap<>();
        private long active;
        private long inactive;

        Builder(Snapshot snapshot, Selection selection) {
            this.snapshot = snapshot;
            this.selection = selection;
            filter = selection.filter().toLowerCase(Locale.ROOT);
            snapshot.drains().forEach(each -> phases.put(key(each.service(), each.server()), each.phase()));
            for (Snapshot.Health each : snapshot.health()) {
                Map<String, ServerHealth> servers = new HashMap<>();
                each.servers().forEach(server -> servers.put(server.server(), server));
                health.put(each.service(), servers);
            }
        }

        private static String key(String service, String server) {
            return service + " " + server;
        }

        Table build() {
            Map<String, List<Row>> servers = new HashMap<>();
            List<Row> services = new ArrayList<>();
            for (Snapshot.Service each : snapshot.services()) {
                List<Row> rows = servers(each);
                Row service = service(each, rows);
                List<Row> wanted = filter.isEmpty() || service.contains(filter)
                        ? rows
                        : rows.stream().filter(row -> row.contains(filter)).toList();
                if (filter.isEmpty() || !wanted.isEmpty() || service.contains(filter)) {
                    services.add(service);
                    servers.put(each.id(), sorted(wanted));
                }
            }
            List<Row> rows = new ArrayList<>();
            for (Row service : sorted(services)) {
                rows.add(service);
                if (!selection.folded().contains(service.service())) {
                    rows.addAll(servers.getOrDefault(service.service(), List.of()));
                }
            }
            int nameWidth = 0;
            for (Row row : rows) {
                nameWidth = Math.max(nameWidth, row.name().length());
            }
            return new Table(
                    List.copyOf(rows), nameWidth, snapshot.services().size(), Map.copyOf(states), active, inactive);
        }

        private List<Row> sorted(List<Row> rows) {
            List<Row> sorted = new ArrayList<>(rows);
            Comparator<Row> order = selection.sort().order();
            if (selection.sort() == Column.NAME) {
                if (selection.reversed()) {
                    Collections.reverse(sorted);
                }
            } else {
                // The largest numbers first; rows that are equal stay in the order of listings.
                sorted.sort(selection.sort().isNumber() != selection.reversed() ? order.reversed() : order);
            }
            return sorted;
        }

        private List<Row> servers(Snapshot.Service service) {
            long connections = 0;
            for (Server each : service.servers()) {
                connections += each.status().active() + each.status().inactive();
            }
            Map<String, ServerHealth> checked = health.getOrDefault(service.id(), Map.of());
            Set<String> present = new HashSet<>();
            List<Row> rows = new ArrayList<>();
            for (Server each : service.servers()) {
                present.add(each.endpoint());
                rows.add(server(service, each, checked.get(each.endpoint()), connections));
            }
            for (ServerHealth each : checked.values()) {
                if (!each.inTable() && present.add(each.server())) {
                    rows.add(absent(service, each));
                }
            }
            return rows;
        }

        private Row server(Snapshot.Service service, Server server, @Nullable ServerHealth checked, long connections) {
            String key = key(service.id(), server.endpoint());
            ServerState state = ServerState.of(server, phases.get(key), checked);
            states.merge(state, 1, Integer::sum);
            active += server.status().active();
            inactive += server.status().inactive();
            long own = (long) server.status().active() + server.status().inactive();
            return new Row(
                    key,
                    service.id(),
                    service.label(),
                    server.endpoint(),
                    state,
                    server.status().draining() ? 0 : server.weight(),
                    server.status().active(),
                    server.status().inactive(),
                    connections == 0 ? -1 : (double) own / connections,
                    server.status().rates(),
                    checked == null ? "not checked" : words(checked),
                    server);
        }

        /** A server that the director does not have, because its checks are down. */
        private Row absent(Snapshot.Service service, ServerHealth checked) {
            ServerState state = checked.up() ? ServerState.QUIESCED : ServerState.DOWN;
            states.merge(state, 1, Integer::sum);
            return new Row(
                    key(service.id(), checked.server()),
                    service.id(),
                    service.label(),
                    checked.server(),
                    state,
                    0,
                    0,
                    0,
                    -1,
                    Figures.NONE,
                    words(checked),
                    null);
        }

        private static String words(ServerHealth checked) {
            return Text.printable((checked.up() ? "ok " : "down ")
                    + Text.age(checked.sinceSeconds())
                    + (checked.up() || checked.reason().isEmpty() ? "" : ": " + checked.reason()));
        }

        private static Row service(Snapshot.Service service, List<Row> servers) {
            long weight = 0;
            long active = 0;
            long inactive = 0;
            int up = 0;
            for (Row each : servers) {
                weight += each.weight();
                active += each.active();
                inactive += each.inactive();
                up += each.state() == ServerState.UP || each.state() == ServerState.FULL ? 1 : 0;
            }
            return new Row(
                    service.id(),
                    service.id(),
                    service.label(),
                    service.label() + " " + Text.printable(service.scheduler()),
                    null,
                    weight,
                    active,
                    inactive,
                    -1,
                    service.status().rates(),
                    up + " of " + servers.size() + " up",
                    null);
        }
    }
}
