package org.lvs4j;

import org.jspecify.annotations.Nullable;
import org.lvs4j.connection.ConnectionEntry;
import org.lvs4j.connection.ConnectionState;
import org.lvs4j.connection.ConnectionTable;
import org.lvs4j.connection.ServerState;
import org.lvs4j.connection.TcpStates;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.stats.Counters;

/** The way of a connection or a packet through the director: table, service, scheduler, table. */
final class Dispatch {
    private static final int FTP_PORT = 21;
    private static final int FTP_DATA_PORT = 20;

    private final Configuration configuration;
    private final ConnectionTable connections;
    private final Counters total;

    Dispatch(Configuration configuration, ConnectionTable connections, Counters total) {
        this.configuration = configuration;
        this.connections = connections;
        this.total = total;
    }

    // ---- the socket plane

    Connection open(Director director, Flow flow, int @Nullable [] triedIds, long nowNanos) {
        ServiceState service = configuration.table().find(flow);
        if (service == null) {
            return new Connection(director, null, Verdict.PASS, null, flow.mark(), null);
        }
        ServerState server = schedule(service, flow, triedIds);
        if (server == null) {
            return new Connection(director, service.key(), noServer(service, flow), null, flow.mark(), null);
        }
        int port = serverPort(server, flow);
        ConnectionEntry entry = onePacket(service, flow)
                ? connections.insertUnlisted(server, port)
                : connections.insert(flow, server, port, true, nowNanos);
        started(service, server);
        begin(entry, flow.protocol(), nowNanos);
        return new Connection(director, service.key(), Verdict.FORWARD, entry, flow.mark(), triedIds);
    }

    Connection openUnlisted(Director director, ServiceState service, int @Nullable [] triedIds, long nowNanos) {
        Flow nobody = new Flow();
        ServerState server = pick(service, nobody, triedIds);
        if (server == null) {
            return new Connection(director, service.key(), Verdict.REJECT, null, 0, null);
        }
        ConnectionEntry entry =
                connections.insertUnlisted(server, server.config().endpoint().port());
        started(service, server);
        begin(entry, protocolOf(service), nowNanos);
        return new Connection(director, service.key(), Verdict.FORWARD, entry, 0, triedIds);
    }

    private static Protocol protocolOf(ServiceState service) {
        return service.key() instanceof ServiceKey.Address address ? address.protocol() : Protocol.TCP;
    }

    private void begin(ConnectionEntry entry, Protocol protocol, long nowNanos) {
        entry.enter(
                protocol == Protocol.TCP ? ConnectionState.SYN_RECV : ConnectionState.initial(protocol),
                connections.timeouts());
        connections.arm(entry, nowNanos);
    }

    void count(ServerState server, boolean in, long bytes) {
        if (!server.present()) {
            return;
        }
        if (in) {
            server.statistics().counters().in(1, bytes);
            server.serviceCounters().in(1, bytes);
            total.in(1, bytes);
        } else {
            server.statistics().counters().out(1, bytes);
            server.serviceCounters().out(1, bytes);
            total.out(1, bytes);
        }
    }

    private void started(ServiceState service, ServerState server) {
        server.statistics().counters().connection();
        service.statistics().counters().connection();
        total.connection();
    }

    // ---- the packet plane

    long packet(Flow flow, int tcpFlags, int bytes, long nowNanos) {
        if (!configuration.table().serves(flow.family())) {
            return Decision.of(Verdict.PASS);
        }
        ConnectionEntry entry = connections.find(flow);
        boolean tcp = flow.protocol() == Protocol.TCP;
        boolean startsNew = tcp && (tcpFlags & TcpStates.SYN) != 0;
        if (entry != null && startsNew && isReused(entry)) {
            connections.expireNow(entry, nowNanos);
            entry = null;
        }
        if (entry != null && !entry.server().present()) {
            return Decision.of(Verdict.DROP);
        }
        if (entry == null) {
            ServiceState service = mayStart(tcp, tcpFlags) ? configuration.table().find(flow) : null;
            if (service == null || flow.clientPort() == FTP_DATA_PORT) {
                return Decision.of(Verdict.PASS);
            }
            ServerState server = schedule(service, flow, null);
            if (server == null) {
                return Decision.of(noServer(service, flow));
            }
            int port = serverPort(server, flow);
            started(service, server);
            if (onePacket(service, flow)) {
                count(server, true, bytes);
                return Decision.forward(server.id(), port);
            }
            entry = connections.insert(flow, server, port, false, nowNanos);
            follow(entry, tcp, true, tcpFlags, bytes);
            connections.arm(entry, nowNanos);
        } else {
            follow(entry, tcp, true, tcpFlags, bytes);
            connections.touch(entry, nowNanos);
        }
        return Decision.forward(entry.server().id(), entry.serverPort());
    }

    boolean reply(Flow reply, int tcpFlags, int bytes, long nowNanos) {
        ConnectionEntry entry =
                configuration.table().serves(reply.family()) ? connections.findByServer(reply) : null;
        if (entry == null) {
            return false;
        }
        follow(entry, reply.protocol() == Protocol.TCP, false, tcpFlags, bytes);
        connections.touch(entry, nowNanos);
        return true;
    }

    private void follow(ConnectionEntry entry, boolean tcp, boolean fromClient, int tcpFlags, int bytes) {
        count(entry.server(), fromClient, bytes);
        if (tcp) {
            entry.segment(fromClient, tcpFlags, false, connections.timeouts());
        } else {
            entry.enter(ConnectionState.UDP, connections.timeouts());
        }
    }

    private static boolean mayStart(boolean tcp, int tcpFlags) {
        return !tcp || (tcpFlags & (TcpStates.SYN | TcpStates.RST)) == TcpStates.SYN;
    }

    private static boolean isReused(ConnectionEntry entry) {
        ConnectionState state = entry.state();
        return state == ConnectionState.TIME_WAIT || state == ConnectionState.CLOSE;
    }

    // ---- both

    private static boolean onePacket(ServiceState service, Flow flow) {
        return service.config().onePacket() && flow.protocol() == Protocol.UDP;
    }

    private static @Nullable ServerState schedule(ServiceState service, Flow flow, int @Nullable [] triedIds) {
        return isServicePort(service, flow) ? pick(service, flow, triedIds) : null;
    }

    private static @Nullable ServerState pick(ServiceState service, Flow flow, int @Nullable [] triedIds) {
        // Pairs with the volatile write in ServiceState.publish: list and scheduler belong together.
        ServiceState.View view = service.view();
        Scheduler scheduler = view.scheduler();
        if (scheduler == null) {
            return null;
        }
        ServerPool pool = triedIds == null ? view.servers() : view.servers().excluding(triedIds);
        int index = scheduler.pick(pool, flow);
        return index == Scheduler.NONE ? null : view.servers().state(index);
    }

    /** Without persistence only the service's own port is scheduled: an FTP service is found for others too. */
    private static boolean isServicePort(ServiceState service, Flow flow) {
        return !(service.key() instanceof ServiceKey.Address address)
                || service.config().persistence() != null
                || flow.virtualPort() == address.endpoint().port();
    }

    private static Verdict noServer(ServiceState service, Flow flow) {
        boolean ftpData = service.key() instanceof ServiceKey.Address address
                && address.endpoint().port() == FTP_PORT
                && flow.virtualPort() != FTP_PORT;
        return ftpData ? Verdict.PASS : Verdict.REJECT;
    }

    private static int serverPort(ServerState server, Flow flow) {
        int port = server.config().endpoint().port();
        return port != 0 ? port : flow.virtualPort();
    }
}
