package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.connection.ConnectionState;
import org.lvs4j.connection.ConnectionTable;
import org.lvs4j.connection.Controller;
import org.lvs4j.connection.HeldConnection;
import org.lvs4j.connection.Registry;
import org.lvs4j.connection.SctpStates;
import org.lvs4j.connection.ServerState;
import org.lvs4j.connection.Timeouts;
import org.lvs4j.connection.TimerWheel;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.persistence.Template;
import org.lvs4j.persistence.Templates;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Statistics;
import org.lvs4j.stats.Traffic;

/**
 * A Linux Virtual Server: services, their real servers, and every connection between clients and them.
 *
 * <p>It decides and counts; it opens no socket and starts no thread. Time passes for it whenever one of its methods is
 * called; a director that may stand idle should have {@link #advance()} called now and then.
 *
 * <p>Assumptions: the ticker never goes back. Guarantees: thread-safe; a change of the configuration that fails has
 * changed nothing; a connection accepted is counted on its server until it is closed or expires, exactly once.
 * Progress: dealing with packets and with connections takes no lock, but for the first of a persistent client, which may wait
 * for another thread that changes the same bin of a map; changing the configuration takes a lock of its own.
 *
 * <pre>{@code
 * Director director = Director.create();
 * director.addService(
 *         VirtualService.tcp("10.0.0.1:80").scheduler("wrr").build(),
 *         RealServer.of("192.168.1.1:8080"),
 *         RealServer.at("192.168.1.2:8080").weight(3).build());
 * }</pre>
 */
public final class Director {
    private final LongSupplier ticker;
    private final Timeouts timeouts = new Timeouts();
    private final Settings settings = new Settings();
    private final ConnectionTable connections;
    private final Templates templates;
    private final Defence defence;
    private final Statistics statistics = new Statistics();
    private final Configuration configuration;
    private final Dispatch dispatch;
    private final Housekeeping housekeeping;

    Director(DirectorBuilder builder) {
        ticker = builder.ticker;
        long now = ticker.getAsLong();
        TimerWheel wheel = new TimerWheel(now);
        Registry<ServerState> servers = new Registry<>(ServerState[]::new, Configuration.MAX_ALL_SERVERS);
        Registry<Controller> controllers = new Registry<>(Controller[]::new, ConnectionTable.MAX_CONTROLLER);
        connections = new ConnectionTable(timeouts, servers, controllers, wheel, builder.maxConnections, now);
        templates = new Templates(controllers, wheel, builder.maxTemplates);
        configuration = new Configuration(
                builder.classLoader,
                settings,
                ticker,
                builder.random,
                builder.slowStart,
                statistics.counters(),
                servers,
                connections::forget);
        defence = new Defence(settings, builder.availablePages, builder.random);
        dispatch = new Dispatch(configuration, settings, connections, new Placement(settings, templates), defence);
        housekeeping = new Housekeeping(configuration, settings, connections, templates, defence, statistics, now);
    }

    /** A director on the system's clock. */
    public static Director create() {
        return builder().build();
    }

    /** A builder, for a clock or a source of randomness of one's own. */
    public static DirectorBuilder builder() {
        return new DirectorBuilder();
    }

    // ---- configuration

    /**
     * Adds a service without servers.
     *
     * @throws DirectorException if there is one with its key, or its scheduler or persistence engine is not at hand
     */
    public void addService(VirtualService service) {
        configuration.addService(requireNonNull(service, "service"), List.of());
    }

    /**
     * Adds a service with its servers, or nothing at all.
     *
     * @param servers added in this order, so that the last one heads the list
     * @throws DirectorException if {@link #addService(VirtualService)} or {@link #addServer} would
     */
    public void addService(VirtualService service, RealServer... servers) {
        configuration.addService(requireNonNull(service, "service"), List.of(servers));
    }

    /**
     * Changes everything about a service but its key and its servers. Connections and templates stay. The scheduler
     * starts afresh if and only if it becomes another one.
     *
     * @throws DirectorException if there is no such service, or its new scheduler or persistence engine is not at hand
     */
    public void editService(VirtualService service) {
        configuration.editService(requireNonNull(service, "service"));
    }

    /**
     * Removes a service and its servers. Their connections stay until they end.
     *
     * @throws DirectorException if there is no such service
     */
    public void removeService(ServiceKey key) {
        configuration.removeService(requireNonNull(key, "key"));
        housekeeping.serversRemoved(ticker.getAsLong());
    }

    /** Removes every service. */
    public void clear() {
        configuration.clear();
        housekeeping.serversRemoved(ticker.getAsLong());
    }

    /**
     * Adds a server to a service, at the head of its list. One that was removed while connections held on to it comes
     * back with them and with its counters.
     *
     * @throws DirectorException if there is no such service, or the server is in it already
     */
    public void addServer(ServiceKey key, RealServer server) {
        configuration.addServer(requireNonNull(key, "key"), requireNonNull(server, "server"));
    }

    /**
     * Changes everything about a server but its endpoint. It keeps its place, its connections and its counters.
     * Weight 0 means that it gets no new connections.
     *
     * @throws DirectorException if there is no such service or server
     */
    public void editServer(ServiceKey key, RealServer server) {
        configuration.editServer(requireNonNull(key, "key"), requireNonNull(server, "server"));
    }

    /**
     * Removes a server from a service. Its connections stay until they end.
     *
     * @throws DirectorException if there is no such service or server
     */
    public void removeServer(ServiceKey key, Endpoint server) {
        configuration.removeServer(requireNonNull(key, "key"), requireNonNull(server, "server"));
        housekeeping.serversRemoved(ticker.getAsLong());
    }

    /** The names of all schedulers at hand, sorted. */
    public SortedSet<String> schedulers() {
        return configuration.schedulerNames();
    }

    /** The names of all persistence engines at hand, sorted. */
    public SortedSet<String> persistenceEngines() {
        return configuration.engineNames();
    }

    /** The idle timeouts in force. */
    public TimeoutSettings timeouts() {
        return new TimeoutSettings(
                timeouts.seconds(ConnectionState.ESTABLISHED),
                timeouts.seconds(ConnectionState.FIN_WAIT),
                timeouts.seconds(ConnectionState.UDP));
    }

    /**
     * Changes the idle timeouts; a zero leaves one as it is. Connections follow with their next packet.
     *
     * @throws IllegalArgumentException if one is negative or longer than 31 days
     */
    public void setTimeouts(TimeoutSettings settings) {
        int limit = (int) TimeUnit.DAYS.toSeconds(31);
        for (int seconds : new int[] {settings.tcp(), settings.tcpFin(), settings.udp()}) {
            if (seconds < 0 || seconds > limit) {
                throw new IllegalArgumentException("timeout " + seconds + " s is outside 0.." + limit);
            }
        }
        timeouts.set(settings.tcp(), settings.tcpFin(), settings.udp());
    }

    /** The value of a setting. */
    public int sysctl(Sysctl sysctl) {
        return settings.get(requireNonNull(sysctl, "sysctl"));
    }

    /**
     * Changes a setting.
     *
     * @throws IllegalArgumentException if the value is out of range
     */
    public void setSysctl(Sysctl sysctl, int value) {
        settings.set(requireNonNull(sysctl, "sysctl"), value);
        defence.update();
    }

    // ---- what is going on

    /** All services in the order of their addition, with their servers. */
    public List<ServiceSnapshot> services() {
        advance();
        List<ServiceSnapshot> snapshots = new ArrayList<>();
        for (ServiceState service : configuration.table().all()) {
            snapshots.add(service.snapshot());
        }
        return snapshots;
    }

    /** One service, or null if there is none of that key. */
    public @Nullable ServiceSnapshot service(ServiceKey key) {
        advance();
        ServiceState service = configuration.table().get(requireNonNull(key, "key"));
        return service == null ? null : service.snapshot();
    }

    /** Every connection that can be looked up, and every template. Weakly consistent while they come and go. */
    public List<ConnectionSnapshot> connections() {
        return ConnectionSnapshot.all(connections, templates, advance());
    }

    /** How often limits and defences have interfered. */
    public LimitCounters limits() {
        return new LimitCounters(
                dispatch.connectionsRefused(),
                templates.evictions(),
                defence.packetsDropped(),
                defence.entriesDropped());
    }

    /** What has passed through all services since the last zeroing. */
    public Traffic traffic() {
        return statistics.traffic();
    }

    /** Averages over all services. */
    public Rates rates() {
        advance();
        return statistics.rates();
    }

    /** Zeroes the counters of everything. */
    public void zero() {
        statistics.zero();
        configuration.table().all().forEach(ServiceState::zero);
    }

    /**
     * Zeroes the counters of a service and its servers.
     *
     * @throws DirectorException if there is no such service
     */
    public void zero(ServiceKey key) {
        configuration.require(requireNonNull(key, "key")).zero();
    }

    // ---- connections: the socket plane

    /**
     * Places a new connection on a real server. The caller must {@link Connection#close() close} it.
     *
     * @param flow who talks to whom; not kept
     */
    public Connection open(Flow flow) {
        return dispatch.open(this, flow, null, null, null, advance());
    }

    /**
     * Places a new connection on a real server, of which the first bytes are at hand for a persistence engine.
     *
     * @param flow who talks to whom; not kept
     * @param payload the first bytes from the client, from position to limit; neither moved nor kept
     */
    public Connection open(Flow flow, ByteBuffer payload) {
        return dispatch.open(this, flow, requireNonNull(payload, "payload"), null, null, advance());
    }

    /**
     * Places a new connection of nobody in particular, for applications that balance connections of their own. Such a
     * connection is counted but not listed. Schedulers that go by the client see the address zero; persistence does not apply.
     *
     * @throws DirectorException if there is no such service
     */
    public Connection open(ServiceKey key) {
        ServiceState service = configuration.require(requireNonNull(key, "key"));
        return dispatch.openUnlisted(this, service, null, advance());
    }

    Connection reopen(@Nullable ServiceKey key, HeldConnection failed, int mark, int[] triedIds) {
        long now = advance();
        Endpoint client = failed.client();
        Endpoint virtual = failed.virtual();
        if (client != null && virtual != null) {
            // The bytes that an engine knew the client by are gone, what it made of them is not.
            String identity = failed.controller() instanceof Template template ? template.identity() : null;
            Flow flow = Flow.of(failed.protocol(), client, virtual).mark(mark);
            return dispatch.open(this, flow, null, identity, triedIds, now);
        }
        ServiceState service = key == null ? null : configuration.table().get(key);
        return service == null
                ? new Connection(this, key, Verdict.PASS, null, mark, null)
                : dispatch.openUnlisted(this, service, triedIds, now);
    }

    void established(HeldConnection held) {
        if (held.protocol() == Protocol.TCP) {
            held.establish(ticker.getAsLong());
        }
    }

    void finished(HeldConnection held, boolean byClient) {
        if (held.protocol() == Protocol.TCP) {
            held.finish(byClient, ticker.getAsLong());
        }
    }

    void count(HeldConnection held, boolean in, long bytes) {
        dispatch.count(held.server(), in, bytes);
        held.touch(ticker.getAsLong());
    }

    /**
     * Tells which server the scheduler would pick for a new connection, and what it looks at. Nothing changes: no
     * cursor moves and nothing is counted. A persistence template of the client, which would come first, is not
     * looked at; a scheduler that draws lots, such as {@code twos}, answers with one possible outcome.
     *
     * @param flow who talks to whom; not kept
     * @return the explanation, or null if no service is responsible
     */
    public @Nullable Explanation explain(Flow flow) {
        advance();
        return dispatch.explain(requireNonNull(flow, "flow"));
    }

    void observed(ServiceKey key, HeldConnection held, long latencyNanos) {
        ServiceState service = configuration.table().get(key);
        Scheduler scheduler = service == null ? null : service.view().scheduler();
        if (scheduler != null) {
            scheduler.observed(held.server().id(), latencyNanos);
        }
    }

    void release(HeldConnection held) {
        connections.release(held);
    }

    // ---- packets: the packet plane

    /**
     * Decides about a packet from a client: finds its connection or makes one, and follows its state.
     *
     * @param flow who talks to whom; not kept
     * @param signal the flag bits of a TCP segment (FIN 1, SYN 2, RST 4, ACK 16), or the type of the first chunk of an
     *     SCTP packet (6, ABORT, also if that follows a COOKIE-ECHO or COOKIE-ACK); ignored for UDP
     * @param bytes the length of the packet, for the counters
     * @return a {@link Decision}
     */
    public long packet(Flow flow, int signal, int bytes) {
        return dispatch.packet(flow, eventOf(flow, signal), bytes, null, advance());
    }

    /**
     * Decides about a packet from a client whose payload is at hand for a persistence engine.
     *
     * @param payload what follows the transport header, from position to limit; neither moved nor kept
     * @return a {@link Decision}
     * @see #packet(Flow, int, int)
     */
    public long packet(Flow flow, int signal, int bytes, ByteBuffer payload) {
        return dispatch.packet(flow, eventOf(flow, signal), bytes, requireNonNull(payload, "payload"), advance());
    }

    /**
     * Tells that a packet of a client will be decided about in a moment, so that the memory of its connection is fetched
     * meanwhile: for callers that have several packets at hand. Packets announced one after another, and then decided
     * about one after another, wait for memory together instead of each by itself. Decides and changes nothing.
     *
     * @param flow as for {@link #packet(Flow, int, int)}
     */
    public void announce(Flow flow) {
        dispatch.announce(flow);
    }

    /**
     * Follows a packet from a real server to a client.
     *
     * @param reply the packet's source as client, its destination as virtual endpoint; not kept. The source is the
     *     server's endpoint if it is masqueraded, and the virtual one if it answers clients itself
     * @param signal as for {@link #packet(Flow, int, int)}
     * @param bytes the length of the packet, for the counters
     * @return whether it belongs to a connection, and so leaves with the virtual address as its source
     */
    public boolean reply(Flow reply, int signal, int bytes) {
        return dispatch.reply(reply, eventOf(reply, signal), bytes, advance(), null);
    }

    private static int eventOf(Flow flow, int signal) {
        return flow.protocol() == Protocol.SCTP ? SctpStates.eventOf(signal) : signal;
    }

    /**
     * The server of a {@link Decision}, or null if it has been forgotten since.
     *
     * @param serverId as {@link Decision#serverId} gave it
     */
    public @Nullable RealServer server(int serverId) {
        ServerState state = configuration.server(serverId);
        return state == null ? null : state.config();
    }

    /**
     * A builder for a plane that takes whole IP packets: one for each thread that handles them.
     *
     * @param paths what the plane has to know of the network around it
     */
    public PacketPlane.Builder packetPlane(PacketPaths paths) {
        return new PacketPlane.Builder(this, dispatch, requireNonNull(paths, "paths"));
    }

    /** Lets the time pass: ends idle connections, moves the averages. Returns the present time. */
    public long advance() {
        long now = ticker.getAsLong();
        housekeeping.advance(now);
        return now;
    }
}
