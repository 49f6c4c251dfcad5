package org.lvs4j;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.persistence.Template;
import org.lvs4j.internal.persistence.Templates;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;

/**
 * Chooses the server and the port of a new connection: by the client's persistence template if the service is
 * persistent, by the scheduler otherwise.
 */
final class Placement {
    private static final int FTP_PORT = 21;

    private final Settings settings;
    private final Templates templates;

    Placement(Settings settings, Templates templates) {
        this.settings = settings;
        this.templates = templates;
    }

    /**
     * The client's template, created if there is none, counting the new connection. Null if the service is not
     * persistent or has no server for the client.
     */
    @Nullable
    Template template(
            ServiceKey key,
            ServiceState.View view,
            Flow flow,
            @Nullable String identity,
            @Nullable List<Endpoint> tried,
            long nowNanos) {
        Persistence persistence = view.config().persistence();
        if (persistence == null) {
            return null;
        }
        boolean quiescentExpires = settings.on(Sysctl.EXPIRE_QUIESCENT_TEMPLATE);
        Template template = templates.find(key, persistence, flow, identity, quiescentExpires, tried, nowNanos);
        if (template != null) {
            return template;
        }
        ServerState server = pick(view, flow, tried);
        return server == null
                ? null
                : templates.add(key, persistence, flow, identity, server, view.schedulesEachPacket(flow), nowNanos);
    }

    /** The server for a new connection with the result of {@link #template}, or null if there is none. */
    @Nullable
    ServerState server(
            ServiceKey key,
            ServiceState.View view,
            @Nullable Template template,
            Flow flow,
            @Nullable List<Endpoint> tried) {
        if (view.config().persistence() != null) {
            return template == null ? null : template.server();
        }
        return isServicePort(key, flow) ? pick(view, flow, tried) : null;
    }

    /** The port at the server. With persistence only the service's own port is translated; any other stays as it is. */
    static int port(ServiceKey key, ServiceState.View view, ServerState server, Flow flow) {
        int port = server.config().endpoint().port();
        boolean mapped = view.config().persistence() == null
                || key instanceof ServiceKey.Address address
                        && address.endpoint().port() == flow.destinationPort();
        return mapped && port != 0 ? port : flow.destinationPort();
    }

    @Nullable
    ServerState pick(ServiceState.View view, Flow flow, @Nullable List<Endpoint> tried) {
        Scheduler scheduler = view.scheduler();
        if (scheduler == null) {
            return null;
        }
        ServerPool pool = tried == null ? view.servers() : view.servers().excluding(tried);
        int index = scheduler.pick(pool, flow);
        return index == Scheduler.NONE ? null : view.servers().state(index);
    }

    Explanation explain(ServiceKey key, ServiceState.View view, Flow flow) {
        Scheduler scheduler = view.scheduler();
        ServerPool pool = view.servers();
        List<Explanation.Candidate> candidates = new ArrayList<>(pool.size());
        for (int i = 0; i < pool.size(); i++) {
            candidates.add(new Explanation.Candidate(
                    pool.server(i),
                    pool.weight(i),
                    pool.active(i),
                    pool.inactive(i),
                    pool.overloaded(i),
                    scheduler == null ? Double.NaN : scheduler.cost(pool, i, flow)));
        }
        boolean scheduled = view.config().persistence() != null || isServicePort(key, flow);
        int chosen = scheduler == null || !scheduled ? Scheduler.NONE : scheduler.peek(pool, flow);
        return new Explanation(key, view.config().scheduler(), candidates, chosen);
    }

    /**
     * Without persistence only the service's own port is scheduled, although an FTP service is found for
     * other ports too.
     */
    private static boolean isServicePort(ServiceKey key, Flow flow) {
        return !(key instanceof ServiceKey.Address address)
                || flow.destinationPort() == address.endpoint().port();
    }

    static Verdict noServer(ServiceKey key, Flow flow) {
        boolean ftpData = key instanceof ServiceKey.Address address
                && address.endpoint().port() == FTP_PORT
                && flow.destinationPort() != FTP_PORT;
        return ftpData ? Verdict.PASS : Verdict.REJECT;
    }
}
