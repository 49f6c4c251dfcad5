package org.lvs4j;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.service.ServiceKey;

/**
 * The services as a list of changes has left them so far: those of a table, less the removed ones, and the added ones.
 * An addition or a removal takes constant time, and {@link #table()} makes one table for the whole list. Guarded by the
 * lock of the {@link ServiceRegistry}.
 */
final class PendingServices {
    private final ServiceTable before;
    private final Map<ServiceKey, ServiceState> removed = new LinkedHashMap<>();
    private final Map<ServiceKey, ServiceState> added = new LinkedHashMap<>();

    PendingServices(ServiceTable before) {
        this.before = before;
    }

    @Nullable
    ServiceState get(ServiceKey key) {
        ServiceState service = added.get(key);
        return service != null || removed.containsKey(key) ? service : before.get(key);
    }

    /** Adds a service, of whose key there is none. */
    void add(ServiceState service) {
        added.put(service.key(), service);
    }

    /**
     * Removes a service that is there.
     *
     * @return whether it is one of the table, which packets may find until the next table is published
     */
    boolean remove(ServiceState service) {
        if (added.remove(service.key(), service)) {
            return false;
        }
        removed.put(service.key(), service);
        return true;
    }

    /** The service of the table that was removed, or null if none of that key was. */
    @Nullable
    ServiceState removed(ServiceKey key) {
        return removed.get(key);
    }

    /** The services of the table that were removed. */
    Collection<ServiceState> removed() {
        return removed.values();
    }

    /** The table after the changes; the present one if no service was added or removed. */
    ServiceTable table() {
        return added.isEmpty() && removed.isEmpty() ? before : before.with(added.values(), removed.keySet());
    }
}
