package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.TimerWheel;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.TemplateHandle;
import org.lvs4j.internal.connection.Timeouts;
import org.lvs4j.internal.counters.Statistics;
import org.lvs4j.internal.persistence.Templates;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/**
 * A Linux Virtual Server: virtual services, their real servers, and every connection between clients and them.
 *
 * <p>A director decides and counts; it opens no socket and starts no thread. Its time advances whenever one of its
 * methods is called. A director that may be idle for long needs a regular call of {@link #advance()}, so that idle
 * connections end, averages follow, and drains meet their deadlines; once a second is enough.
 *
 * <p>Assumptions: the ticker never goes back. Guarantees: thread-safe; a change of the configuration that fails has
 * changed nothing; its server counts an accepted connection exactly once, until the connection expires, or has been
 * closed and has lingered. Progress: packets and connections are lock-free, except that the first packet or connection
 * of a persistent client may wait for another thread that changes the same bin of a map. Changes of the configuration
 * take a separate lock.
 *
 * <pre>{@code
 * Director director = Director.create();
 * director.addService(
 *         VirtualService.builder(ServiceKey.tcp("10.0.0.1:80")).scheduler("wrr").build(),
 *         RealServer.of("192.168.1.1:8080"),
 *         RealServer.builder("192.168.1.2:8080").weight(3).build());
 * }</pre>
 */
public final class Director {
    private final ServiceRegistry services;
    private final ConfigurationEditor editor;
    private final Settings settings = new Settings();
    private final ConnectionTable connections;
    private final HeldConnections heldConnections;
    private final Templates templates;
    private final Defence defence;
    private final Statistics statistics = new Statistics();
    private final ConnectionPlacer placer;
    private final FlowDispatcher flows;
    private final ConnectionDispatcher dispatcher;
    private final ServerListeners serverListeners = new ServerListeners();
    private final @Nullable LeakDetector leaks;
    private final Calls calls;
    private final Drains drains;
    private final Housekeeping housekeeping;
    private final int maxConnections;
    private final int maxTemplates;

    private Director(Builder builder) {
        maxConnections = builder.maxConnections;
        maxTemplates = builder.maxTemplates;
        LongSupplier ticker = builder.ticker;
        long now = ticker.getAsLong();
        Timeouts timeouts = new Timeouts();
        TimerWheel wheel = new TimerWheel(now);
        IdTable<ServerState> servers = new IdTable<>(ServerState[]::new, ServiceRegistry.MAX_ALL_SERVERS);
        IdTable<TemplateHandle> handles = new IdTable<>(TemplateHandle[]::new, ConnectionTable.MAX_TEMPLATE_ID);
        connections = new ConnectionTable(timeouts, servers, handles, wheel, builder.maxConnections, now);
        heldConnections = new HeldConnections(connections, builder.linger);
        templates = new Templates(handles, wheel, builder.maxTemplates);
        services = new ServiceRegistry(
                builder.classLoader,
                settings,
                ticker,
                builder.random,
                new SlowStarts(builder.slowStart, ticker),
                statistics.counters(),
                servers,
                connections::removeRoutes);
        defence = new Defence(settings, builder.availablePages, builder.random);
        drains = new Drains(ticker, services, connections, heldConnections, templates, settings);
        housekeeping = new Housekeeping(
                ticker, services, settings, connections, heldConnections, templates, defence, drains, statistics, now);
        Placement placement = new Placement(settings, templates);
        ConnectionReuse reuse = new ConnectionReuse(settings);
        placer = new ConnectionPlacer(connections, heldConnections, placement, defence);
        flows = new FlowDispatcher(services, settings, connections, placer, reuse, defence, housekeeping);
        leaks = builder.leakDetection == 0
                ? null
                : new LeakDetector(builder.leakDetection, builder.leakListener, heldConnections);
        dispatcher = new ConnectionDispatcher(
                services,
                settings,
                connections,
                heldConnections,
                placement,
                placer,
                reuse,
                housekeeping,
                serverListeners,
                leaks);
        calls = new Calls(dispatcher, ticker);
        editor = new ConfigurationEditor(services, timeouts, settings, defence, housekeeping, drains);
    }

    /** A director on the system's clock. */
    public static Director create() {
        return builder().build();
    }

    /** A builder, for instance for another clock, another source of randomness or other ceilings. */
    public static Builder builder() {
        return new Builder();
    }

    // ---- configuration as a whole

    /** The whole configuration at one moment. Costs time in proportion to the number of services and servers. */
    public DirectorConfiguration configuration() {
        return editor.configuration();
    }

    /**
     * One service with its servers as configured, or null if there is none of that key. Costs time in proportion to the
     * number of its servers.
     */
    public DirectorConfiguration.@Nullable Service configuration(ServiceKey key) {
        return editor.configuration(requireNonNull(key, "key"));
    }

    /**
     * Replaces the director's configuration by the smallest list of changes. Unchanged services and servers
     * keep their counters, connections, positions and the state of their schedulers. Costs time in proportion
     * to both configurations.
     *
     * <p>Changes that other threads have made since {@code wanted} was derived from {@link #configuration()} are
     * undone. To keep them, apply the difference instead: {@code director.apply(before.changesTo(wanted))}.
     *
     * @param wanted the configuration from now on
     * @return the changes that were made, in order; empty if there was nothing to do; unmodifiable
     * @throws DirectorException if a change is refused, for instance because of an unknown scheduler; then nothing has
     *     changed. The same holds for an exception that a scheduler of the application throws
     */
    public List<ConfigurationChange> apply(DirectorConfiguration wanted) {
        return editor.apply(requireNonNull(wanted, "wanted"));
    }

    /**
     * Makes several changes, all or none. The cost depends on the changes, not on the size of the configuration, but
     * for one copy of the table of services if the list adds or removes some. Packets see all of these additions and
     * removals at the same moment, at the end of the list, even if it takes seconds. Each other change takes effect by
     * itself: a packet may be decided between two of them. So a packet for a server that a refused list has removed for
     * a moment may be dropped, and with {@code expire_nodest_conn} its connection expires. The same is possible for a
     * service that the list removes and adds again.
     *
     * @param changes in the order in which to make them, for instance {@link DirectorConfiguration#changesTo} or the
     *     {@linkplain ConfigurationChange#inverseOf inverse} of changes made before. The earlier states that they
     *     contain are ignored
     * @return the changes that were made, with the actual earlier states; unmodifiable
     * @throws DirectorException if one is refused; then nothing has changed. The same holds for an exception that a
     *     scheduler of the application throws
     * @throws IllegalStateException if a scheduler calls this method while it is being created or told of a change
     */
    public List<ConfigurationChange> apply(List<? extends ConfigurationChange> changes) {
        return editor.apply(Lists.copyOf(changes, "changes"));
    }

    /**
     * Reads and changes one service as a whole: no other change comes in between. Adds the service, edits it with its
     * servers by the smallest list of changes, or removes it, all or nothing. The cost depends on the number of its
     * servers, not on the size of the configuration.
     *
     * <pre>{@code
     * director.change(web, service -> {
     *     if (!seen.equals(service)) {
     *         throw new IOException("somebody else has changed it");
     *     }
     *     return new DirectorConfiguration.Service(service.service(), servers);
     * });
     * }</pre>
     *
     * @param edit called with the lock of the configuration held, as a {@link ConfigurationListener} is: it should be
     *     quick, and must not wait for another thread
     * @return the changes that were made, in order; empty if there was nothing to do; unmodifiable
     * @throws E thrown by the edit; then nothing has changed
     * @throws IllegalArgumentException if the edit returns another service's key; then nothing has changed
     * @throws DirectorException if a change is refused; then nothing has changed
     */
    public <E extends Exception> List<ConfigurationChange> change(ServiceKey key, ServiceEdit<E> edit) throws E {
        return editor.change(requireNonNull(key, "key"), requireNonNull(edit, "edit"));
    }

    /**
     * Adds a listener, which sees every later change.
     *
     * @param listener one that is added twice sees each change twice
     * @return the present configuration, to which the first reported change applies
     */
    public DirectorConfiguration addListener(ConfigurationListener listener) {
        return editor.addListener(requireNonNull(listener, "listener"));
    }

    /**
     * Removes a listener; without effect if it is not one. A call that another thread is making has returned when this
     * method returns.
     */
    public void removeListener(ConfigurationListener listener) {
        editor.removeListener(requireNonNull(listener, "listener"));
    }

    /**
     * Adds a listener, which learns from now on which servers fail clients and answer them, as relays and applications
     * report it. A health monitor adds itself.
     *
     * @param listener one that is added twice is told twice
     */
    public void addServerListener(ServerListener listener) {
        serverListeners.add(requireNonNull(listener, "listener"));
    }

    /** Removes a listener; without effect if it is not one. It may still be told of what has been reported already. */
    public void removeServerListener(ServerListener listener) {
        serverListeners.remove(requireNonNull(listener, "listener"));
    }

    // ---- services and servers

    /**
     * Adds a service without servers.
     *
     * @throws DirectorException if there is one with its key, or its scheduler or persistence engine is not registered
     */
    public void addService(VirtualService service) {
        editor.addService(requireNonNull(service, "service"), List.of());
    }

    /**
     * Adds a service with its servers, or nothing at all.
     *
     * @param servers added in this order, so that the last one heads the list, as with {@code ipvsadm}. The list of a
     *     {@linkplain ServiceKey#named named} service has them in the order given
     * @throws DirectorException if {@link #addService(VirtualService)} or {@link #addServer} would
     */
    public void addService(VirtualService service, RealServer... servers) {
        ServiceKey key = requireNonNull(service, "service").key();
        editor.addService(service, inOrder(key, Arrays.asList(requireNonNull(servers, "servers"))));
    }

    /**
     * Changes the attributes of a service; its key and its servers stay, and so do connections and templates. The
     * scheduler keeps its state unless the service gets another scheduler.
     *
     * @throws DirectorException if there is no such service, or its new scheduler or persistence engine
     *     is not registered
     */
    public void editService(VirtualService service) {
        editor.editService(requireNonNull(service, "service"));
    }

    /**
     * Removes a service and its servers. Their connections stay until they end.
     *
     * @throws DirectorException if there is no such service
     */
    public void removeService(ServiceKey key) {
        editor.removeService(requireNonNull(key, "key"));
    }

    /** Removes every service. */
    public void clear() {
        editor.clear();
    }

    /**
     * Adds a server to a service, at the head of its list. One that was removed while it still had connections comes
     * back with them and with its counters.
     *
     * @throws DirectorException if there is no such service, or the server is in it already
     */
    public void addServer(ServiceKey key, RealServer server) {
        editor.addServer(requireNonNull(key, "key"), requireNonNull(server, "server"));
    }

    /**
     * Changes the attributes of a server; its endpoint stays. It keeps its position, its connections and its counters.
     * Weight 0 quiesces it: it gets no new connections. While it is {@linkplain #drain drained}, another weight counts
     * from the end of the drain on.
     *
     * @throws DirectorException if there is no such service or server
     */
    public void editServer(ServiceKey key, RealServer server) {
        editor.editServer(requireNonNull(key, "key"), requireNonNull(server, "server"));
    }

    /**
     * Removes a server from a service. Its connections stay until they end.
     *
     * @throws DirectorException if there is no such service or server
     */
    public void removeServer(ServiceKey key, Endpoint server) {
        editor.removeServer(requireNonNull(key, "key"), requireNonNull(server, "server"));
    }

    /**
     * Replaces the servers of a service, for instance after a look-up in a name service: adds the new ones, in their
     * order (those of a {@linkplain ServiceKey#named named} service head the list in the order given), then edits those that differ, then removes those that are missing. Unchanged servers keep their
     * connections, counters and positions. For a moment the service has the old and the new servers, so both together
     * must fit: 65,536 in all, and for Maglev schedulers the slots of their table.
     *
     * @return the changes that were made, in order; empty if there was nothing to do; unmodifiable
     * @throws DirectorException if there is no such service, two servers have one endpoint, or one is refused; then
     *     nothing has changed
     */
    public List<ConfigurationChange> setServers(ServiceKey key, Collection<RealServer> servers) {
        return editor.setServers(requireNonNull(key, "key"), inOrder(key, requireNonNull(servers, "servers")));
    }

    /** Servers in the order of their addition: each one heads the list for a moment, as in IPVS. */
    private static List<RealServer> inOrder(ServiceKey key, Collection<RealServer> servers) {
        List<RealServer> added = Lists.copyOf(servers, "servers");
        return key instanceof ServiceKey.Named ? com.google.common.collect.Lists.reverse(added) : added;
    }

    // ---- draining servers

    /**
     * Drains a server: from now on its weight counts as zero, so that it gets no new clients. Its connections may end
     * by themselves, and persistent clients may open further ones, until the pacing begins ({@link DrainOptions}). Then
     * the clients are released from their templates, and the connections that are left are ended, evenly over the
     * pacing, so that none is left at the deadline. It ends earlier as soon as neither a connection in use nor a
     * template is left. {@link #advance()} does all that, so that a director that is idle needs a regular call of it.
     *
     * <p>A drained server keeps weight zero until the drain is {@linkplain Drain#abort aborted}. The configuration does
     * not change: {@link #configuration()} contains the configured weight; listings show zero. So
     * neither an edit of the server nor a configuration that names its weight ends the drain. A server that is removed
     * goes on being drained, and so it does if it is added again while connections refer to it, or within two minutes
     * after that.
     *
     * <p>With {@code expire_quiescent_template}, persistent clients are placed on other servers from the beginning, and
     * their templates are not waited for. With {@code expire_nodest_conn}, a client that connects again from the same
     * port is, too.
     *
     * <p>A connection that an application holds learns its end by {@link Connection#expired()}, and that its server is
     * drained by {@link Connection#draining()}. A connection of the packet plane is forgotten: its packets pass as
     * those of an unknown one.
     *
     * @return the drain; the same one if the server is drained already, which goes on with the new options from now
     * @throws DirectorException if there is no such service or server, or its scheduler refuses the weight
     */
    public Drain drain(ServiceKey key, Endpoint server, DrainOptions options) {
        Drain drain = editor.drain(
                requireNonNull(key, "key"), requireNonNull(server, "server"), requireNonNull(options, "options"));
        drains.advance(advance());
        return drain;
    }

    /**
     * Drains a server in all services that contain it, or in none, as {@link #drain(ServiceKey, Endpoint,
     * DrainOptions)} does. Costs time in proportion to the number of all servers.
     *
     * @param server its endpoint; port 0 stands for every port of the address
     * @return the drains, one for each service, in the order of the services; unmodifiable
     * @throws DirectorException if no service has such a server, or a scheduler refuses the weight; nothing has changed
     *     then
     */
    public List<Drain> drain(Endpoint server, DrainOptions options) {
        List<Drain> started =
                List.copyOf(editor.drain(requireNonNull(server, "server"), requireNonNull(options, "options")));
        drains.advance(advance());
        return started;
    }

    /** The drains that were neither aborted nor removed, those that are over included; unmodifiable. */
    public List<Drain> drains() {
        return drains.all();
    }

    /**
     * Whether connections are being waited for or ended, by {@link #drain} or {@link #endConnections}: while they are,
     * a holder that looks regularly at its connections ({@link Connection#expired()}, {@link Connection#draining()})
     * does so more often. Costs one read of memory.
     */
    public boolean isDraining() {
        return drains.working();
    }

    /**
     * Ends the connections that a server has now, evenly over a time. Those of the packet plane that begin meanwhile may
     * end instead of older ones. The server keeps its weight; if it is drained, this replaces the drain's deadline.
     * {@link #advance()} does the work.
     *
     * @param server a server of the service, or one that was removed and still has connections
     * @param over the time, 0 to 365 days; 0 ends all at once
     * @return the number of connections that the server has
     * @throws DirectorException if there is no such server
     * @throws IllegalArgumentException if the time is out of range
     */
    public int endConnections(ServiceKey key, Endpoint server, Duration over) {
        requireNonNull(key, "key");
        requireNonNull(server, "server");
        Duration checked = new DrainOptions(requireNonNull(over, "over"), Duration.ZERO).deadline();
        ServerState state = services.findState(key, server);
        if (state == null) {
            throw new DirectorException(
                    DirectorException.Reason.NO_SUCH_SERVER, "no such server: " + server + " in " + key);
        }
        int count = state.active() + state.inactive();
        drains.end(state, checked);
        drains.advance(advance());
        return count;
    }

    /**
     * Releases the clients of a server that has failed, at once: its UDP connections end, and its persistence templates
     * are used no more, so that the clients' next datagrams and connections are placed on other servers. Its TCP
     * connections stay. To be called when the server has been removed or has weight 0: otherwise clients may be placed
     * on it again. Costs a visit of all connections and templates. Not part of IPVS.
     *
     * @param server a server of the service, or one that was removed; without effect if there is none
     * @return how many connections and templates were released
     */
    public int release(ServiceKey key, Endpoint server) {
        return release(Map.of(requireNonNull(key, "key"), Set.of(requireNonNull(server, "server"))));
    }

    /**
     * Releases the clients of several servers at once, as {@link #release(ServiceKey, Endpoint)} does, at the cost of one.
     *
     * @param servers the servers by their services; those that do not exist are ignored
     * @return how many connections and templates were released
     */
    public int release(Map<ServiceKey, ? extends Collection<Endpoint>> servers) {
        requireNonNull(servers, "servers");
        Set<ServerState> states = new HashSet<>();
        servers.forEach((key, endpoints) -> {
            for (Endpoint each : endpoints) {
                ServerState state = services.findState(key, each);
                if (state != null) {
                    states.add(state);
                }
            }
        });
        return states.isEmpty() ? 0 : drains.release(states);
    }

    /** The names of all registered schedulers, sorted. */
    public SortedSet<String> schedulers() {
        return services.schedulerNames();
    }

    /** The names of all registered persistence engines, sorted. */
    public SortedSet<String> persistenceEngines() {
        return services.engineNames();
    }

    // ---- timeouts and settings

    /** The idle timeouts in force; none is zero. */
    public TimeoutSettings timeouts() {
        return editor.timeouts();
    }

    /** Changes the idle timeouts; a zero leaves a timeout unchanged. Connections follow with their next packet. */
    public void setTimeouts(TimeoutSettings timeouts) {
        editor.setTimeouts(requireNonNull(timeouts, "timeouts"));
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
        editor.setSysctl(requireNonNull(sysctl, "sysctl"), value);
    }

    // ---- state and counters

    /** All services in the order of their addition, with their servers and counters. */
    public List<ServiceSnapshot> services() {
        advance();
        List<ServiceSnapshot> snapshots = new ArrayList<>();
        for (ServiceState service : services.table().all()) {
            snapshots.add(service.snapshot());
        }
        return snapshots;
    }

    /** One service with its servers and counters, or null if there is none of that key. */
    public @Nullable ServiceSnapshot service(ServiceKey key) {
        advance();
        ServiceState service = services.table().get(requireNonNull(key, "key"));
        return service == null ? null : service.snapshot();
    }

    /**
     * One server of a service with its counters, or null if there is none. The cost does not depend on the number of
     * services and servers.
     */
    public @Nullable ServerSnapshot server(ServiceKey key, Endpoint server) {
        requireNonNull(server, "server");
        advance();
        ServiceState service = services.table().get(requireNonNull(key, "key"));
        return service == null ? null : service.snapshot(server);
    }

    /**
     * Every connection that can be looked up, and every open one of an application. Weakly consistent while they come
     * and go. Costs about 200 bytes for each connection: for millions use {@link #forEachConnection}.
     */
    public List<ConnectionSnapshot> connections() {
        List<ConnectionSnapshot> all = new ArrayList<>();
        forEachConnection(all::add);
        return all;
    }

    /**
     * Shows every connection, one at a time, in no particular order. Weakly consistent while they come and go.
     *
     * @param visitor called by this thread; an exception that it throws ends the visit and is rethrown
     */
    public void forEachConnection(Consumer<? super ConnectionSnapshot> visitor) {
        ConnectionSnapshot.forEach(connections, heldConnections, advance(), requireNonNull(visitor, "visitor"));
    }

    /** Every persistence template. Weakly consistent while they come and go. */
    public List<TemplateSnapshot> templates() {
        List<TemplateSnapshot> all = new ArrayList<>();
        forEachTemplate(all::add);
        return all;
    }

    /**
     * Shows every persistence template, one at a time, in no particular order. Weakly consistent while they
     * come and go.
     *
     * @param visitor called by this thread; an exception that it throws ends the visit and is rethrown
     */
    public void forEachTemplate(Consumer<? super TemplateSnapshot> visitor) {
        TemplateSnapshot.forEach(templates, advance(), requireNonNull(visitor, "visitor"));
    }

    /** How often limits and defences have interfered since the director was built. */
    public LimitCounters limits() {
        return new LimitCounters(
                placer.connectionsRefused(),
                heldConnections.lingeringCut(),
                templates.evictions(),
                defence.packetsDropped(),
                defence.entriesDropped());
    }

    /** How full the tables of connections and templates are. Costs the sum of a few counters. */
    public LimitUsage limitUsage() {
        return new LimitUsage(connections.size(), maxConnections, templates.size(), maxTemplates);
    }

    /** The traffic of all services since the counters were last reset. */
    public Traffic traffic() {
        return statistics.traffic();
    }

    /** The rates of all services together. */
    public Rates rates() {
        advance();
        return statistics.rates();
    }

    /** Sets the counters of everything to zero. */
    public void resetCounters() {
        statistics.reset();
        services.table().all().forEach(ServiceState::resetCounters);
    }

    /**
     * Sets the counters of a service and its servers to zero.
     *
     * @throws DirectorException if there is no such service
     */
    public void resetCounters(ServiceKey key) {
        services.require(requireNonNull(key, "key")).resetCounters();
    }

    // ---- state that outlives the director

    /**
     * Saves the servers of persistent clients, drains and counters, so that another director can {@link #restore} them.
     * Connections and the configuration are not included, and so neither are weights: a weight that was changed at run
     * time is part of {@link #configuration()}. Weakly consistent while packets are decided, which do not wait. Costs a
     * visit of all services, servers and templates, and their bytes in memory.
     *
     * @param unixMillis the time of the wall clock, {@link System#currentTimeMillis}, from which {@link #restore}
     *     computes how much time has passed
     */
    public DirectorState saveState(long unixMillis) {
        return new StateCapture(services, templates, drains, statistics).capture(unixMillis, advance());
    }

    /**
     * Restores what another director has saved. Services are found by key, servers by endpoint; what this director does
     * not have is left out and counted. So it is to be called when services and servers have been added, and before
     * connections are opened.
     *
     * <ul>
     *   <li>A persistent client gets its server again, for the rest of its time. As in IPVS a server of weight 0 keeps
     *       its clients, unless {@code expire_quiescent_template} is set. A client that has a template here already keeps
     *       that. No template is evicted: those beyond the ceiling are left out.
     *   <li>A drain goes on with the rest of its time. One that is over keeps the weight zero until it is
     *       {@linkplain Drain#abort aborted}.
     *   <li>Counters continue from the saved values. Those of an earlier call are replaced, so that a later state of
     *       the same director may follow.
     * </ul>
     *
     * <p>The time since the state was saved is deducted from everything; none if the clock has gone back. Packets do not
     * wait; changes of the configuration do.
     *
     * @param unixMillis the time of the wall clock, as for {@link #saveState}
     * @return what was restored, and what was left out
     */
    public StateRestoration restore(DirectorState state, long unixMillis) {
        long elapsedMillis =
                Math.max(0, unixMillis - requireNonNull(state, "state").unixMillis());
        long now = advance();
        StateRestorer restorer =
                new StateRestorer(services, templates, statistics, TimeUnit.MILLISECONDS.toNanos(elapsedMillis), now);
        StateRestoration done = editor.restore(state, restorer);
        drains.advance(advance());
        return done;
    }

    /**
     * Explains a scheduling decision: which server the scheduler would pick for a new connection, and the figures that
     * it compares. Changes and counts nothing. A persistence template of the client, which would decide before the
     * scheduler, is ignored; a randomised scheduler, such as {@code twos}, gives one possible outcome.
     *
     * @param flow source and destination of the client's packets; not kept
     * @return the explanation, or null if no service is responsible
     */
    public @Nullable Explanation explain(Flow flow) {
        advance();
        return dispatcher.explain(requireNonNull(flow, "flow"));
    }

    // ---- connections and packets

    /**
     * Places a new connection on a real server. The caller must {@link Connection#close() close} it.
     *
     * @param flow source and destination of the client's packets; not kept
     * @return the connection; not {@linkplain Connection#accepted() accepted} if no service or no server takes it
     */
    public Connection open(Flow flow) {
        return dispatcher.open(requireNonNull(flow, "flow"), null);
    }

    /**
     * Places a new connection on a real server, with the first bytes that the client has sent, for services with a
     * persistence engine. The caller must {@link Connection#close() close} it.
     *
     * @param flow source and destination of the client's packets; not kept
     * @param payload the first bytes from the client, from position to limit; neither moved nor kept
     * @return the connection; not {@linkplain Connection#accepted() accepted} if no service or no server takes it
     */
    public Connection open(Flow flow, ByteBuffer payload) {
        return dispatcher.open(requireNonNull(flow, "flow"), requireNonNull(payload, "payload"));
    }

    /**
     * Places a new connection of a service without naming a client, for applications that balance their own
     * connections. Such a connection is counted but not listed, and only the application bounds the number of them.
     * Schedulers that hash the client's address see the address zero; persistence does not apply.
     *
     * @return the connection; not {@linkplain Connection#accepted() accepted} if no server takes it
     * @throws DirectorException if there is no such service
     */
    public Connection open(ServiceKey key) {
        return dispatcher.open(requireNonNull(key, "key"), null);
    }

    /**
     * Places a new connection of a service as {@link #open(ServiceKey)} does, with an affinity: the scheduler and the
     * persistence of the service see it in place of the client's address.
     *
     * @param affinity of the connection, such as the id of a user
     * @return the connection; not {@linkplain Connection#accepted() accepted} if no server takes it
     * @throws DirectorException if there is no such service
     */
    public Connection open(ServiceKey key, Affinity affinity) {
        return dispatcher.open(requireNonNull(key, "key"), requireNonNull(affinity, "affinity"));
    }

    /**
     * Makes a call of an application: {@linkplain #open(ServiceKey) places} a connection, does the work on it, reports to
     * the scheduler how long the work took, and closes the connection.
     *
     * <p>A server has failed if the work throws an {@link java.io.IOException}, an {@link java.io.UncheckedIOException} or a
     * {@link java.util.concurrent.TimeoutException}, or has called {@link Connection#failed} before it throws. Then the
     * failure is reported to the {@linkplain #addServerListener listeners}, and the work is done again with another server.
     * Any other exception, and any exception after an interrupt of the thread, ends the call.
     *
     * <pre>{@code
     * String answer = director.call(ServiceKey.named("orders"), 3, connection -> ask(connection.destination()));
     * }</pre>
     *
     * @param attempts how many servers are asked at most, at least 1. More than one is for work that may be repeated after
     *     it has failed
     * @param work done by this thread; blocking is its own affair
     * @return the answer of the work
     * @throws E if the work throws it, and no other server may be asked; earlier failures are {@linkplain
     *     Throwable#getSuppressed suppressed} exceptions of it
     * @throws UnavailableException if no server takes the first connection
     * @throws DirectorException if there is no such service
     */
    public <T, E extends Exception> T call(ServiceKey key, int attempts, Call<T, E> work) throws E {
        return calls.call(requireNonNull(key, "key"), null, attempts, requireNonNull(work, "work"));
    }

    /**
     * Makes a call as {@link #call(ServiceKey, int, Call)} does, with an {@linkplain #open(ServiceKey, Affinity) affinity}.
     *
     * @param affinity of the connection, such as the id of a user
     * @param attempts how many servers are asked at most, at least 1
     * @param work done by this thread
     * @return the answer of the work
     * @throws E if the work throws it, and no other server may be asked
     * @throws UnavailableException if no server takes the first connection
     * @throws DirectorException if there is no such service
     */
    public <T, E extends Exception> T call(ServiceKey key, Affinity affinity, int attempts, Call<T, E> work) throws E {
        return calls.call(
                requireNonNull(key, "key"),
                requireNonNull(affinity, "affinity"),
                attempts,
                requireNonNull(work, "work"));
    }

    /** Decides about single packets; the same object for every call. */
    public FlowDispatcher flows() {
        return flows;
    }

    /**
     * Advances to the ticker's time: expires idle connections, updates rate estimates, carries on drains and their
     * deadlines. Cheap if nothing is due. A relay, a packet plane and a health monitor call it regularly by themselves.
     *
     * @return that time in nanoseconds; only differences mean something
     */
    public long advance() {
        if (leaks != null) {
            leaks.report();
        }
        return housekeeping.advance();
    }

    /** Builds a director; not thread-safe. */
    public static final class Builder {
        private static final int DEFAULT_MAX_CONNECTIONS = 4_194_304;
        private static final int DEFAULT_MAX_TEMPLATES = 1_048_576;
        private static final long PAGE_BYTES = 4096;

        private LongSupplier ticker = System::nanoTime;
        private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
        private LongSupplier availablePages = Builder::freeHeapPages;
        private int maxConnections = DEFAULT_MAX_CONNECTIONS;
        private int maxTemplates = DEFAULT_MAX_TEMPLATES;
        private boolean linger = true;
        private Duration slowStart = Duration.ZERO;
        private ClassLoader classLoader = Director.class.getClassLoader();
        private int leakDetection;
        private Consumer<? super ConnectionLeak> leakListener = leak -> {};

        private Builder() {}

        /** The clock, in nanoseconds; only differences mean something. {@link System#nanoTime} by default. */
        public Builder ticker(LongSupplier nanoClock) {
            ticker = requireNonNull(nanoClock, "nanoClock");
            return this;
        }

        /**
         * The source of randomness of randomised schedulers and of {@code drop_entry}; must be thread-safe if
         * several threads dispatch.
         */
        public Builder random(RandomGenerator generator) {
            random = requireNonNull(generator, "generator");
            return this;
        }

        /**
         * How many pages of 4096 bytes are available, which decides whether memory counts as low; by default the memory
         * by which the heap may still grow.
         */
        public Builder availablePages(LongSupplier pages) {
            availablePages = requireNonNull(pages, "pages");
            return this;
        }

        /**
         * How many listed connections there may be at most, at least 1, templates aside; further ones are dropped and
         * counted. Those opened by {@linkplain Director#open(ServiceKey) key} are bounded by the application that opens
         * them; after their end they linger within this ceiling. {@value #DEFAULT_MAX_CONNECTIONS} by default.
         */
        public Builder maxConnections(int ceiling) {
            maxConnections = ceiling;
            return this;
        }

        /**
         * Whether a TCP connection that an application closes stays counted as inactive, and listed, for the time that
         * IPVS would keep it: 120 s in {@code TIME_WAIT} after {@link Connection#close}, 10 s in {@code CLOSE} after
         * {@link Connection#reset}. By default it does, so that {@code wlc} and {@code lc} spread clients under light
         * load as IPVS does. Otherwise it is released at once.
         *
         * <p>Such connections fill up to three quarters of {@link #maxConnections}; beyond that a connection is
         * released when it is closed, and {@linkplain LimitCounters#lingeringCut counted}. If an application opens a
         * connection while the table is full, some of them make room.
         */
        public Builder linger(boolean enabled) {
            linger = enabled;
            return this;
        }

        /**
         * How many persistence templates there may be at most, at least 1; beyond that, rarely used ones are evicted
         * and counted. {@value #DEFAULT_MAX_TEMPLATES} by default.
         */
        public Builder maxTemplates(int ceiling) {
            maxTemplates = ceiling;
            return this;
        }

        /**
         * The slow start of services that configure none, up to a day; zero by default, which means no slow start. Not
         * part of IPVS.
         *
         * @see VirtualService.Builder#slowStart
         */
        public Builder slowStart(Duration duration) {
            slowStart = requireNonNull(duration, "duration");
            return this;
        }

        /**
         * Finds connections of applications that are never {@linkplain Connection#close() closed}: follows one in so many of
         * those that are opened, releases it if it has been collected as garbage, and tells the listener where it was
         * opened. Each that is followed costs a stack trace, some microseconds. Off by default.
         *
         * @param oneIn 1 follows every connection, as for tests; 128 is cheap; 0 switches detection off
         * @param listener called by a thread that opens a connection or calls {@link Director#advance}; an exception of it goes
         *     to the thread's uncaught-exception handler
         */
        public Builder leakDetection(int oneIn, Consumer<? super ConnectionLeak> listener) {
            leakDetection = oneIn;
            leakListener = requireNonNull(listener, "listener");
            return this;
        }

        /** Where to look for schedulers and persistence engines; by default the class loader of this class. */
        public Builder classLoader(ClassLoader loader) {
            classLoader = requireNonNull(loader, "loader");
            return this;
        }

        /**
         * Checks everything at once and builds the director.
         *
         * @throws IllegalArgumentException naming every value that is out of range
         */
        public Director build() {
            List<String> problems = new ArrayList<>();
            requirePositive("maxConnections", maxConnections, problems);
            requirePositive("maxTemplates", maxTemplates, problems);
            if (leakDetection < 0) {
                problems.add("leakDetection must not be negative, not " + leakDetection);
            }
            try {
                VirtualService.requireSlowStart(slowStart);
            } catch (IllegalArgumentException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException("director: " + String.join("; ", problems));
            }
            return new Director(this);
        }

        private static void requirePositive(String name, int value, List<String> problems) {
            if (value < 1) {
                problems.add(name + " must be positive, not " + value);
            }
        }

        private static long freeHeapPages() {
            Runtime runtime = Runtime.getRuntime();
            return (runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory()) / PAGE_BYTES;
        }
    }
}
