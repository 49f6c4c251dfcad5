package org.lvs4j.examples.standalone.top;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code lvsd} does at one moment. Names are those of its document; members that are not named here are ignored.
 *
 * @param version the version of {@code lvsd}
 * @param process its process id
 * @param uptimeMillis for how long it has been running
 * @param traffic counters of the whole director
 * @param rates averages of the whole director
 * @param services its services in the order of listings
 * @param drains drained servers
 * @param health services whose servers are checked
 */
record Snapshot(
        String version,
        long process,
        long uptimeMillis,
        Total traffic,
        Figures rates,
        List<Service> services,
        List<Drain> drains,
        List<Health> health) {
    private static final Gson GSON = new Gson();

    /** The connections scheduled since the counters were reset. */
    record Total(long connections) {}

    /** Averages of a second. */
    record Figures(long connections, long inPackets, long outPackets, long inBytes, long outBytes) {
        static final Figures NONE = new Figures(0, 0, 0, 0, 0);

        long packets() {
            return inPackets + outPackets;
        }
    }

    record Service(String id, String scheduler, List<Server> servers, Status status) {
        /** The service as {@code lvsadm -L} names it. */
        String label() {
            String[] parts = id.split(":", 2);
            return switch (parts[0]) {
                case "fwmark" -> "FWM " + parts[1];
                case "fwmark6" -> "FWM " + parts[1] + " IPv6";
                case "name" -> parts[1];
                default -> parts[0].toUpperCase(Locale.ROOT) + " " + parts[1];
            };
        }
    }

    /** The figures of a service; {@link Server} has more. */
    record Status(Figures rates) {}

    record Server(
            String endpoint,
            int weight,
            String forwarding,
            @Nullable Tunnel tunnel,
            int upperThreshold,
            int lowerThreshold,
            ServerStatus status) {}

    record Tunnel(String encapsulation, int port, String checksum) {}

    record ServerStatus(int active, int inactive, boolean overloaded, boolean draining, Figures rates) {}

    record Drain(String service, String server, String phase) {}

    record Health(String service, List<ServerHealth> servers) {}

    /**
     * The health of a server.
     *
     * @param inTable whether the director has it
     * @param reason of the check that is down, or of the last one
     */
    record ServerHealth(String server, boolean up, long sinceSeconds, boolean inTable, String reason) {}

    /**
     * Reads the document of a daemon.
     *
     * @throws IOException if it is not one
     */
    static Snapshot parse(String document) throws IOException {
        try {
            Snapshot snapshot = GSON.fromJson(document, Snapshot.class);
            if (snapshot != null && snapshot.services != null && snapshot.drains != null && snapshot.health != null) {
                return snapshot;
            }
        } catch (JsonParseException e) {
            throw new IOException("lvsd answers with what is no snapshot: " + e.getMessage(), e);
        }
        throw new IOException("lvsd answers with what is no snapshot");
    }
}
