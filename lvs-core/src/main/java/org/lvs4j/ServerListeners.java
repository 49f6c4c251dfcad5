package org.lvs4j;

import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/** The listeners of a director that learn which servers fail. Thread-safe; a report waits for no other thread. */
final class ServerListeners {
    private final CopyOnWriteArrayList<ServerListener> all = new CopyOnWriteArrayList<>();

    void add(ServerListener listener) {
        all.add(listener);
    }

    void remove(ServerListener listener) {
        all.remove(listener);
    }

    void failed(ServiceKey service, Endpoint server, @Nullable Throwable cause) {
        all.forEach(listener -> listener.failed(service, server, cause));
    }

    void answered(ServiceKey service, Endpoint server) {
        if (!all.isEmpty()) {
            all.forEach(listener -> listener.answered(service, server));
        }
    }
}
