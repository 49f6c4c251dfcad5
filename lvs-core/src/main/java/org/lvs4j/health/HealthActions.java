package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * What a {@link HealthEngine} asks of the outside. The engine calls these methods in the order in which their effects
 * must appear, on the thread that called the engine.
 *
 * <p>An implementation does not throw and does not call the engine back: the result of a probe that ends at once is
 * reported after the call of the engine has returned.
 *
 * <p>The engine's idea of the table is what it has asked for. An implementation that cannot apply a change, because an
 * administrator has changed the table as well, applies the nearest one: a service or server that is added and exists
 * stays, and one that is removed and is missing stays away.
 */
public interface HealthActions {
    /** Starts a probe. Its result is reported once by {@link HealthEngine#probeFinished}, unless it is cancelled. */
    void startProbe(Probe probe);

    /** Ends a probe that was started and not finished, and releases what it holds. Its result is not awaited. */
    void cancelProbe(long id);

    /** Adds a virtual service, still without servers. */
    void addService(VirtualService service);

    /** Replaces the attributes of the virtual service with the same key. */
    void editService(VirtualService service);

    /** Removes a virtual service with the servers that are left. */
    void removeService(ServiceKey service);

    /** Adds a real server to a virtual service. */
    void addServer(ServiceKey service, RealServer server);

    /** Replaces the attributes of the real server with the same endpoint. */
    void editServer(ServiceKey service, RealServer server);

    /** Removes a real server. */
    void removeServer(ServiceKey service, Endpoint server);

    /**
     * A server has failed, and its service wants its clients to be released. The server has left the table, or has
     * weight 0. Does nothing by default.
     */
    default void releaseClients(ServiceKey service, Endpoint server, ReleaseOnFailure release) {
        requireNonNull(service, "service");
        requireNonNull(server, "server");
        requireNonNull(release, "release");
    }

    /** Runs the program of a change, if it has one, and writes its line to the FIFO, if there is one. */
    void notify(Notification notification);

    /** Something has changed that belongs in a log. */
    void event(HealthEvent event);
}
