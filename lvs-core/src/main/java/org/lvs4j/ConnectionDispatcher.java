package org.lvs4j;

import java.nio.ByteBuffer;
import java.util.Arrays;
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

    ConnectionDispatcher(
            ServiceRegistry services,
            Settings settings,
            ConnectionTable connections,
            HeldConnections heldConnections,
            Placement placement,
            ConnectionPlacer placer,
            ConnectionReuse reuse,
            Housekeeping housekeeping) {
        this.services = services;
        this.settings = settings;
        this.connections = connections;
        this.heldConnections = heldConnections;
        this.placement = placement;
        this.placer = placer;
        this.reuse = reuse;
        this.housekeeping = housekeeping;
    }

    Connection open(Flow flow, @Nullable ByteBuffer payload) {
        return open(flow, payload, new Attempt(null, null), housekeeping.advance());
    }

    private Connection open(Flow flow, @Nullable ByteBuffer payload, Attempt attempt, long nowNanos) {
        ServiceState service = services.table().find(flow);
        if (service == null) {
            return new Connection(this, null, Verdict.PASS, attempt, flow.mark());
        }
        if (flow.protocol() == Protocol.TCP && resume(flow, attempt, nowNanos)) {
            return new Connection(this, service.key(), Verdict.FORWARD, attempt, flow.mark());
        }
        long decision = placer.place(service, flow, 0, 0, payload, attempt, nowNanos);
        return new Connection(this, service.key(), Decision.verdict(decision), attempt, flow.mark());
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
        int[] tried = attempt.triedIds();
        return tried != null && Arrays.stream(tried).anyMatch(id -> id == server.id());
    }

    Connection open(ServiceKey key) {
        return openUnlisted(services.require(key), new Attempt(null, null), housekeeping.advance());
    }

    private Connection openUnlisted(ServiceState service, Attempt attempt, long nowNanos) {
        while (true) {
            ServerState server = placement.pick(service.view(), new Flow(), attempt.triedIds());
            if (server == null) {
                return new Connection(this, service.key(), Verdict.REJECT, attempt, 0);
            }
            Protocol protocol = Protocol.TCP;
            int port = server.config().endpoint().port();
            if (service.key() instanceof ServiceKey.Address address) {
                protocol = address.protocol();
                port = port != 0 ? port : address.endpoint().port();
            }
            if (attempt.holdUnlisted(heldConnections, protocol, server, port, nowNanos)) {
                server.counters().connection(Stripes.SHARED);
                return new Connection(this, service.key(), Verdict.FORWARD, attempt, 0);
            }
        }
    }

    /** Opens a new connection for the client of a failed one, without the servers tried so far. */
    Connection reopen(@Nullable ServiceKey key, HeldConnection failed, int mark, int @Nullable [] triedBefore) {
        long nowNanos = housekeeping.advance();
        int count = triedBefore == null ? 0 : triedBefore.length;
        int[] tried = triedBefore == null ? new int[1] : Arrays.copyOf(triedBefore, count + 1);
        tried[count] = failed.server().id();
        Endpoint client = failed.client();
        Endpoint virtual = failed.virtual();
        if (client != null && virtual != null) {
            // The first payload is gone, but the template has the identity that the engine read from it.
            String identity = failed.template() instanceof Template template ? template.identity() : null;
            Flow flow = Flow.of(failed.protocol(), client, virtual).mark(mark);
            return open(flow, null, new Attempt(identity, tried), nowNanos);
        }
        Attempt attempt = new Attempt(null, tried);
        ServiceState service = key == null ? null : services.table().get(key);
        return service == null
                ? new Connection(this, key, Verdict.PASS, attempt, mark)
                : openUnlisted(service, attempt, nowNanos);
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
