package org.lvs4j;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.internal.connection.ConnectionCursor;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.HeldConnection;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.internal.connection.PacedEnd;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.persistence.Template;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;

/**
 * The socket plane: opens connections for applications, and applies what their holders report. The
 * {@link ConnectionPlacer} places them.
 */
final class ConnectionDispatcher {
    private final ServiceRegistry services;
    private final Settings settings;
    private final ConnectionTable connections;
    private final HeldConnections heldConnections;
    private final Placement placement;
    private final ConnectionPlacer placer;
    private final ConnectionReuse reuse;
    private final Housekeeping housekeeping;
    private final ServerListeners listeners;
    private final @Nullable LeakDetector leaks;

    ConnectionDispatcher(
            ServiceRegistry services,
            Settings settings,
            ConnectionTable connections,
            HeldConnections heldConnections,
            Placement placement,
            ConnectionPlacer placer,
            ConnectionReuse reuse,
            Housekeeping housekeeping,
            ServerListeners listeners,
            @Nullable LeakDetector leaks) {
        this.services = services;
        this.settings = settings;
        this.connections = connections;
        this.heldConnections = heldConnections;
        this.placement = placement;
        this.placer = placer;
        this.reuse = reuse;
        this.housekeeping = housekeeping;
        this.listeners = listeners;
        this.leaks = leaks;
    }

    /** What finds connections that are never closed, or null if nothing does. */
    @Nullable
    LeakDetector leaks() {
        return leaks;
    }

    Connection open(Flow flow, @Nullable ByteBuffer payload) {
        return new Connection(
                this, place(flow, payload, new Attempt(null, null), housekeeping.advance()), flow.mark(), null);
    }

    private Attempt place(Flow flow, @Nullable ByteBuffer payload, Attempt attempt, long nowNanos) {
        ServiceState service = services.table().find(flow);
        if (service == null) {
            return attempt.done(null, Verdict.PASS);
        }
        if (flow.protocol() == Protocol.TCP && resume(flow, attempt, nowNanos)) {
            return attempt.done(service.key(), Verdict.FORWARD);
        }
        long decision = placer.place(service, flow, 0, 0, payload, attempt, nowNanos);
        return attempt.done(service.key(), Decision.verdict(decision));
    }

    /**
     * Applies the rules for a client that connects again from the same port while its last connection lingers: the
     * connection continues, or it expires and the client is placed again. A connection whose server was removed always
     * expires: IPVS would drop the client's SYN without an answer.
     *
     * @return whether the connection continues
     */
    private boolean resume(Flow flow, Attempt attempt, long nowNanos) {
        ConnectionCursor found;
        // Repeats if another thread has changed the connection meanwhile.
        while ((found = connections.find(flow)) != null && isClosed(found.state())) {
            ServerState server = found.server();
            if (server == null) {
                continue;
            }
            if (!server.present() || reuse.replaces(found, server) || isTried(server, attempt)) {
                if (found.expireNow(nowNanos)) {
                    return false;
                }
            } else if (attempt.resume(heldConnections, found, flow, server, nowNanos)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isClosed(ConnectionState state) {
        return state == ConnectionState.TIME_WAIT || state == ConnectionState.CLOSE;
    }

    private static boolean isTried(ServerState server, Attempt attempt) {
        List<Endpoint> tried = attempt.tried();
        return tried != null && tried.contains(server.config().endpoint());
    }

    Connection open(ServiceKey key, @Nullable Affinity affinity) {
        Attempt attempt = new Attempt(null, null);
        return new Connection(
                this, placeUnlisted(services.require(key), affinity, attempt, housekeeping.advance()), 0, affinity);
    }

    private Attempt placeUnlisted(ServiceState service, @Nullable Affinity affinity, Attempt attempt, long nowNanos) {
        ServiceKey key = service.key();
        Flow flow = affinity == null ? new Flow() : affinity.flow(key);
        while (true) {
            ServiceState.View view = service.view();
            Template template = null;
            ServerState server;
            if (affinity != null && view.config().persistence() != null) {
                String identity = affinity.identity(key, view.engine() != null);
                template = placement.template(key, view, flow, identity, attempt.tried(), nowNanos);
                server = template == null ? null : template.server();
            } else {
                server = placement.pick(view, flow, attempt.tried());
            }
            if (server == null) {
                return attempt.done(key, Verdict.REJECT);
            }
            Protocol protocol = Protocol.TCP;
            int port = server.config().endpoint().port();
            if (key instanceof ServiceKey.Address address) {
                protocol = address.protocol();
                port = port != 0 ? port : address.endpoint().port();
            }
            if (attempt.holdUnlisted(heldConnections, protocol, server, port, template, nowNanos)) {
                server.counters().connection(Stripes.SHARED);
                return attempt.done(key, Verdict.FORWARD);
            }
        }
    }

    /** Places the connection of a client again, without the servers tried so far. */
    Attempt reopen(Attempt before, HeldConnection failed, int mark, @Nullable Affinity affinity) {
        long nowNanos = housekeeping.advance();
        List<Endpoint> tried = before.tried() == null ? new ArrayList<>() : new ArrayList<>(before.tried());
        tried.add(failed.server().config().endpoint());
        Endpoint client = failed.client();
        Endpoint virtual = failed.virtual();
        if (client != null && virtual != null) {
            // The first payload is gone, but the template has the identity that the engine read from it.
            String identity = failed.template() instanceof Template template ? template.identity() : null;
            Flow flow = Flow.of(failed.protocol(), client, virtual).mark(mark);
            return place(flow, null, new Attempt(identity, tried), nowNanos);
        }
        Attempt attempt = new Attempt(null, tried);
        ServiceKey key = before.service();
        ServiceState service = key == null ? null : services.table().get(key);
        return service == null ? attempt.done(key, Verdict.PASS) : placeUnlisted(service, affinity, attempt, nowNanos);
    }

    void answered(ServiceKey service, HeldConnection held) {
        listeners.answered(service, held.server().config().endpoint());
    }

    void failed(ServiceKey service, HeldConnection held, @Nullable Throwable cause) {
        listeners.failed(service, held.server().config().endpoint(), cause);
    }

    void established(HeldConnection held) {
        if (held.protocol() == Protocol.TCP) {
            held.establish(housekeeping.now());
        }
    }

    void finished(HeldConnection held, boolean byClient) {
        if (held.protocol() == Protocol.TCP) {
            held.finish(byClient, housekeeping.now());
        }
    }

    void count(HeldConnection held, boolean in, long bytes) {
        ServerState server = held.server();
        if (server.present()) {
            if (in) {
                server.counters().in(Stripes.SHARED, 1, bytes);
            } else {
                server.counters().out(Stripes.SHARED, 1, bytes);
            }
        }
        if (in) {
            held.countInPacket();
        }
        held.touch(housekeeping.now());
    }

    void observed(ServiceKey key, HeldConnection held, long latencyNanos) {
        ServiceState service = services.table().get(key);
        Scheduler scheduler = service == null ? null : service.view().scheduler();
        if (scheduler != null) {
            scheduler.latencyObserved(held.server().id(), latencyNanos);
        }
    }

    /** Ends a connection, which lingers in a state if the director has room for it. */
    void close(HeldConnection held, ConnectionState last) {
        ConnectionState present = held.state();
        heldConnections.close(held, present == ConnectionState.TIME_WAIT ? present : last, housekeeping.advance());
    }

    void release(HeldConnection held) {
        heldConnections.release(held);
    }

    /** Whether a connection has ended although its holder has not ended it. */
    boolean expired(HeldConnection held) {
        ServerState server = held.server();
        PacedEnd end = server.pacedEnd();
        return held.expired()
                || !server.present() && settings.on(Sysctl.EXPIRE_NODEST_CONN) && heldConnections.expire(held)
                || end != null && end.end(held, heldConnections);
    }

    @Nullable
    Explanation explain(Flow flow) {
        ServiceState service = services.table().find(flow);
        return service == null ? null : placement.explain(service.key(), service.view(), flow);
    }
}
