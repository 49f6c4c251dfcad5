package org.lvs4j.examples.standalone.top;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.standalone.top.Snapshot.Figures;
import org.lvs4j.examples.standalone.top.Snapshot.Server;

/**
 * A row of the table: a service, or one of its servers.
 *
 * @param key identifies the row in later snapshots, too
 * @param service the id of the service
 * @param serviceLabel the service in words
 * @param name what the first column says
 * @param state of a server; null for a service
 * @param weight the effective weight; of a service, the sum
 * @param active active connections
 * @param inactive inactive connections
 * @param share of the connections of the service, 0..1; negative if that has none
 * @param rates averages of a second
 * @param health the health of a server in words; of a service, how many servers are up
 * @param server the configuration of a server; null for a service, and for a server that the director does not have
 */
record Row(
        String key,
        String service,
        String serviceLabel,
        String name,
        @Nullable ServerState state,
        long weight,
        long active,
        long inactive,
        double share,
        Figures rates,
        String health,
        @Nullable Server server) {
    boolean isService() {
        return state == null;
    }

    long connections() {
        return active + inactive;
    }

    /** Whether a text occurs in what the row shows. */
    boolean contains(String lowerCase) {
        return List.of(name, state == null ? "" : state.label(), health).stream()
                .anyMatch(each -> each.toLowerCase(Locale.ROOT).contains(lowerCase));
    }
}
