package org.lvs4j;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.service.ServiceKey;

/**
 * The services that a list of changes touches, as they were before it. Costs time in proportion to the services that
 * are included. Guarded by the lock of the {@link ServiceRegistry}.
 */
final class Checkpoint {
    private final ServiceTable table;
    private final Map<ServiceKey, @Nullable Saved> touched = new LinkedHashMap<>();

    Checkpoint(ServiceTable table) {
        this.table = table;
    }

    /** All services before the changes. */
    ServiceTable table() {
        return table;
    }

    /** Includes the service of a key, which is about to change, or the fact that there is none. */
    void include(ServiceKey key) {
        if (!touched.containsKey(key)) {
            ServiceState service = table.get(key);
            touched.put(key, service == null ? null : Saved.of(service));
        }
    }

    /** The keys of all included services. */
    Set<ServiceKey> keys() {
        return touched.keySet();
    }

    /** An included service, or null if there was none of that key. */
    @Nullable
    Saved saved(ServiceKey key) {
        return touched.get(key);
    }

    /**
     * One service.
     *
     * @param service the service
     * @param view its view before the changes
     * @param servers the view's servers before the changes, in the order of the view
     */
    record Saved(ServiceState service, ServiceState.View view, List<ServerState.Saved> servers) {
        static Saved of(ServiceState service) {
            ServiceState.View view = service.view();
            List<ServerState.Saved> servers = new ArrayList<>(view.servers().size());
            for (int i = 0; i < view.servers().size(); i++) {
                servers.add(view.servers().state(i).save());
            }
            return new Saved(service, view, servers);
        }
    }
}
