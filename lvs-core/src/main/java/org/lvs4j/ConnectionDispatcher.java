package org.lvs4j;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.HeldConnection;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.persistence.Template;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.ServiceKey;

/**
 * The socket plane: opens connections for applications, and applies what their holders report. The
 * {@link ConnectionPlacer} places them.
 */
final class ConnectionDispatcher {
    private final ServiceRegistry services;
    private final ConnectionTable connections;
    private final Placement placement;
    private final ConnectionPlacer placer;
    private final Housekeeping housekeeping;

    ConnectionDispatcher(
            ServiceRegistry services,
            ConnectionTable connections,
            Placement placement,
            ConnectionPlacer placer,
            Housekeeping housekeeping) {
        this.services = services;
        this.connections = connections;
        this.placement = placement;
        this.placer = placer;
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
        long decision = placer.place(service, flow, 0, 0, payload, attempt, nowNanos);
        return new Connection(this, service.key(), Decision.verdict(decision), attempt, flow.mark());
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
            if (attempt.holdUnlisted(connections, protocol, server, port, nowNanos)) {
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
        held.touch(housekeeping.now());
    }

    void observed(ServiceKey key, HeldConnection held, long latencyNanos) {
        ServiceState service = services.table().get(key);
        Scheduler scheduler = service == null ? null : service.view().scheduler();
        if (scheduler != null) {
            scheduler.latencyObserved(held.server().id(), latencyNanos);
        }
    }

    void release(HeldConnection held) {
        connections.release(held);
    }

    @Nullable
    Explanation explain(Flow flow) {
        ServiceState service = services.table().find(flow);
        return service == null ? null : placement.explain(service.key(), service.view(), flow);
    }
}
