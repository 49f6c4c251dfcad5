package org.lvs4j;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** A director on a virtual clock, with shorthand for tests: endpoints and outcomes are strings. */
final class DirectorFixture {
    static final int FIN = TcpFlags.FIN;
    static final int SYN = TcpFlags.SYN;
    static final int RST = TcpFlags.RST;
    static final int ACK = TcpFlags.ACK;

    private final AtomicLong nanos = new AtomicLong(TimeUnit.SECONDS.toNanos(1));
    final Director director;

    DirectorFixture() {
        this(builder -> builder);
    }

    DirectorFixture(UnaryOperator<Director.Builder> settings) {
        director = settings.apply(Director.builder().ticker(nanos::get)).build();
    }

    /** Advances the clock in steps of a second, as for a director under load. */
    void advance(double seconds) {
        long left = Math.round(seconds * 1e9);
        while (left > 0) {
            long step = Math.min(left, TimeUnit.SECONDS.toNanos(1));
            nanos.addAndGet(step);
            left -= step;
            director.advance();
        }
    }

    /** Advances the clock in one step, as for a director that was not called meanwhile. */
    void jump(double seconds) {
        nanos.addAndGet(Math.round(seconds * 1e9));
        director.advance();
    }

    long now() {
        return nanos.get();
    }

    void setSysctl(Sysctl sysctl, int value) {
        director.setSysctl(sysctl, value);
    }

    /** Adds a service with masqueraded servers of weight 1, the oldest first. */
    ServiceKey addService(VirtualService service, String... servers) {
        director.addService(service);
        for (String server : servers) {
            director.addServer(service.key(), RealServer.builder(server).build());
        }
        return service.key();
    }

    ServiceKey addDirectService(VirtualService service, String... servers) {
        director.addService(service);
        for (String server : servers) {
            director.addServer(
                    service.key(),
                    RealServer.builder(server).forwarding(Forwarding.direct()).build());
        }
        return service.key();
    }

    void setWeight(ServiceKey key, String server, int weight) {
        director.editServer(key, RealServer.builder(server).weight(weight).build());
    }

    void removeServer(ServiceKey key, String server) {
        director.removeServer(key, Endpoint.parse(server));
    }

    static Flow flow(Protocol protocol, String client, String virtual) {
        return Flow.of(protocol, Endpoint.parse(client), Endpoint.parse(virtual));
    }

    static Flow tcp(String client, String virtual) {
        return flow(Protocol.TCP, client, virtual);
    }

    static Flow udp(String client, String virtual) {
        return flow(Protocol.UDP, client, virtual);
    }

    /** Dispatches a packet of the client; returns the server with its port, or the verdict if it is not forwarded. */
    String packet(Flow flow, int flagsOrChunk) {
        return answer(director.flows().dispatch(flow, flagsOrChunk, 100));
    }

    String answer(long decision) {
        if (Decision.verdict(decision) != Verdict.FORWARD) {
            return Decision.verdict(decision).toString();
        }
        RealServer server = director.flows().server(Decision.serverId(decision));
        return server == null
                ? "UNKNOWN"
                : server.endpoint().withPort(Decision.port(decision)).toString();
    }

    String syn(String client, String virtual) {
        return packet(tcp(client, virtual), SYN);
    }

    String datagram(String client, String virtual) {
        return packet(udp(client, virtual), 0);
    }

    boolean reply(Protocol protocol, String server, String client, int flagsOrChunk) {
        return director.flows().dispatchReply(flow(protocol, server, client), flagsOrChunk, 100);
    }

    /** The handshake of a client with a masqueraded server. */
    String open(String client, String virtual) {
        String server = syn(client, virtual);
        if (server.indexOf(':') >= 0) {
            reply(Protocol.TCP, server, client, SYN | ACK);
            packet(tcp(client, virtual), ACK);
        }
        return server;
    }

    /** Both sides finish a connection with a masqueraded server. */
    void close(String client, String virtual, String server) {
        packet(tcp(client, virtual), FIN | ACK);
        reply(Protocol.TCP, server, client, FIN | ACK);
        packet(tcp(client, virtual), ACK);
    }

    ServerSnapshot server(ServiceKey key, String endpoint) {
        Endpoint wanted = Endpoint.parse(endpoint);
        ServiceSnapshot service = director.service(key);
        if (service == null) {
            throw new AssertionError("no service " + key);
        }
        return service.servers().stream()
                .filter(server -> server.server().endpoint().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no server " + endpoint + " in " + key));
    }

    int connectionsOf(ServiceKey key, String endpoint) {
        ServerSnapshot server = server(key, endpoint);
        return server.active() + server.inactive();
    }

    List<TemplateSnapshot> templates() {
        return director.templates();
    }

    List<ConnectionSnapshot> listed() {
        return director.connections();
    }

    /** The only template there is. */
    TemplateSnapshot template() {
        List<TemplateSnapshot> all = templates();
        if (all.size() != 1) {
            throw new AssertionError("expected one template, found " + all);
        }
        return all.get(0);
    }

    /** The state of the only connection there is. */
    String state() {
        return connection().state().label();
    }

    /** The only connection there is. */
    ConnectionSnapshot connection() {
        List<ConnectionSnapshot> all = listed();
        if (all.size() != 1) {
            throw new AssertionError("expected one connection, found " + all);
        }
        return all.get(0);
    }

    static long seconds(TemplateSnapshot template) {
        return TimeUnit.NANOSECONDS.toSeconds(template.expiresInNanos());
    }

    static long seconds(ConnectionSnapshot connection) {
        return TimeUnit.NANOSECONDS.toSeconds(connection.expiresInNanos());
    }
}
