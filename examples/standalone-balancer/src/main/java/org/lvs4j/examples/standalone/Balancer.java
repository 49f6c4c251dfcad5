package org.lvs4j.examples.standalone;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.ServiceEdit;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.Script;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.health.HealthMonitorException;
import org.lvs4j.netty.health.HealthMonitorSnapshot;
import org.lvs4j.netty.tun.TunException;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A director and the plane that carries its traffic, changed together: a change that the director or the plane refuses
 * leaves both as they were. Thread-safe; changes are made one at a time.
 */
final class Balancer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Balancer.class);

    private final Director director;
    private final Plane plane;
    private final PlaneFollower follower;
    /** Changed with the lock of this object held. */
    private final DaemonHealth health;

    /** Whether another process serves now. Guarded by this object. */
    private boolean left;

    // Written by the thread that ends the daemon, read by others for meters.
    private volatile boolean draining;

    private Balancer(Director director, Plane plane, DaemonHealth health) {
        this.director = director;
        this.plane = plane;
        this.health = health;
        follower = new PlaneFollower(plane);
    }

    /**
     * Starts serving.
     *
     * @param director without services; from now on only the balancer changes it
     * @throws IllegalArgumentException if an option of the plane is out of range
     * @throws RelayException if an address cannot be bound
     * @throws TunException if the device cannot be opened, or the network cannot be set up
     * @throws HealthMonitorException naming each check that this host does not allow
     * @throws RulesInvalidException if the director refuses what the configuration says
     */
    static Balancer start(Director director, Configuration configuration, PlaneOptions options)
            throws RulesInvalidException {
        return start(director, configuration, options, (Preparation<RuntimeException>) ready -> {});
    }

    /** What is to be done with a director that has its services, before it gets clients. */
    interface Preparation<E extends Exception> {
        void accept(Director director) throws E;
    }

    /** Starts serving after a preparation; see {@link #start(Director, Configuration, PlaneOptions)}. */
    static <E extends Exception> Balancer start(
            Director director, Configuration configuration, PlaneOptions options, Preparation<E> preparation)
            throws RulesInvalidException, E {
        if (configuration instanceof Configuration.OfRules ofRules) {
            RulesFile.apply(ofRules.rules(), director);
            preparation.accept(director);
            DaemonHealth health = new DaemonHealth(director);
            return new Balancer(director, options.start(director), health);
        }
        KeepalivedConfiguration file = ((Configuration.OfKeepalived) configuration).file();
        DaemonHealth.apply(file, director);
        DaemonHealth.prepare(file, director, preparation);
        DaemonHealth health = new DaemonHealth(director);
        Plane plane = options.start(director);
        Balancer balancer = new Balancer(director, plane, health);
        try {
            health.start(file, balancer.follower::request);
            return balancer;
        } catch (RuntimeException | Error e) {
            balancer.close();
            throw e;
        }
    }

    /** The director, for reading only. */
    Director director() {
        return director;
    }

    /** The plane's notes for the operator, one a line; may be empty. */
    String announcement() {
        return plane.announcement();
    }

    /**
     * Executes one command. The cost depends on the command, not on the size of the configuration.
     *
     * @throws RuleException if the director refuses it
     * @throws RelayException if the relay cannot listen for a service that is added; nothing has changed then
     * @throws TunException if the packet plane cannot follow
     * @throws IllegalStateException if the plane is stopping
     */
    synchronized void change(RuleCommand command) throws RuleException {
        requireNotLeft();
        plane.prepare(
                command instanceof RuleCommand.AddService add && mayBeAdded(add.service())
                        ? List.of(add.service())
                        : List.of());
        List<ConfigurationChange> made;
        try {
            made = command.applyTo(director);
        } catch (RuleException | RuntimeException | Error e) {
            release();
            throw e;
        }
        refreshPlane(made);
    }

    /**
     * Makes a service what an edit makes of it, as {@link Director#change} does.
     *
     * @return the changes that were made, in order
     * @throws E thrown by the edit; nothing has changed then
     * @throws DirectorException if the director refuses it; nothing has changed then
     * @throws RelayException if the relay cannot listen for a service that is added; nothing has changed then
     * @throws TunException if the packet plane cannot follow
     * @throws IllegalStateException if the plane is stopping
     */
    synchronized <E extends Exception> List<ConfigurationChange> change(ServiceKey key, ServiceEdit<E> edit) throws E {
        requireNotLeft();
        DirectorConfiguration.Service wanted = edit.edit(director.configuration(key));
        plane.prepare(wanted != null && mayBeAdded(wanted.service()) ? List.of(wanted.service()) : List.of());
        List<ConfigurationChange> made;
        boolean done = false;
        try {
            made = director.change(key, edit);
            done = true;
        } finally {
            if (!done) {
                release();
            }
        }
        refreshPlane(made);
        return made;
    }

    /** Whether no obvious reason makes the director refuse a service. It has the better messages. */
    private boolean mayBeAdded(VirtualService service) {
        Persistence persistence = service.persistence();
        String engine = persistence == null ? null : persistence.engine();
        return director.service(service.key()) == null
                && director.schedulers().contains(service.scheduler())
                && (engine == null || director.persistenceEngines().contains(engine));
    }

    private void prepare(List<ConfigurationChange> planned) {
        List<VirtualService> added = new ArrayList<>();
        for (ConfigurationChange change : planned) {
            if (change instanceof ConfigurationChange.ServiceAdded addition) {
                added.add(addition.service());
            }
        }
        plane.prepare(added);
    }

    /** Releases what was acquired for services that the director has refused. */
    private void release() {
        try {
            plane.refresh();
        } catch (RuntimeException e) {
            LOG.debug("the plane cannot be refreshed", e);
        }
    }

    /**
     * Executes all commands of a text, or none. Services and servers that the text leaves as they were keep their
     * connections and counters.
     *
     * @throws RulesInvalidException if the director refuses a command
     * @throws RelayException if the relay cannot listen for a service that is added; nothing has changed then
     * @throws TunException if the packet plane cannot follow
     * @throws IllegalStateException if the plane is stopping
     */
    synchronized void change(Rules rules) throws RulesInvalidException {
        requireNotLeft();
        List<ConfigurationChange> made;
        try {
            made = RulesFile.apply(rules, director, this::prepare);
        } catch (RulesInvalidException | RuntimeException | Error e) {
            release();
            throw e;
        }
        refreshPlane(made);
        for (RuleCommand command : rules.commands()) {
            if (command instanceof RuleCommand.Zero) {
                resetCounters(command);
            }
        }
    }

    private void resetCounters(RuleCommand command) {
        try {
            command.applyTo(director);
        } catch (RuleException e) {
            LOG.debug("a later command of the same text has removed the service", e);
        }
    }

    /**
     * Replaces all services and servers, by the smallest list of changes. Health checks go on: they change the table
     * afterwards as before.
     *
     * @return the changes in the syntax of ipvsadm, one a line
     * @throws RulesInvalidException if the rules contradict each other, or the director refuses one
     * @throws RelayException if the relay cannot listen for a service that is added; nothing has changed then
     * @throws TunException if the packet plane cannot follow
     * @throws IllegalStateException if the plane is stopping
     */
    synchronized String replace(Rules rules) throws RulesInvalidException {
        requireNotLeft();
        List<ConfigurationChange> made;
        try {
            made = RulesFile.replace(rules, director, this::prepare);
        } catch (RulesInvalidException | RuntimeException | Error e) {
            release();
            throw e;
        }
        refreshPlane(made);
        return Rules.of(made).print();
    }

    /**
     * Replaces the whole configuration by that of a file, by the smallest list of changes. What others have changed since
     * the last one is taken back; drains, and the state of what stays, go on.
     *
     * @return the changes, for people: of checks, and of the table in the syntax of ipvsadm
     * @throws RulesInvalidException if the configuration contradicts itself, or the director refuses it
     * @throws RelayException if the relay cannot listen for a service that is added; nothing has changed then
     * @throws TunException if the packet plane cannot follow
     * @throws HealthMonitorException naming each check that this host does not allow; nothing has changed then
     * @throws IllegalStateException if the plane is stopping
     */
    synchronized List<String> reload(Configuration configuration) throws RulesInvalidException {
        requireNotLeft();
        DirectorConfiguration before = director.configuration();
        List<String> lines = new ArrayList<>();
        try {
            if (configuration instanceof Configuration.OfRules ofRules) {
                reload(ofRules.rules(), lines);
            } else {
                reload(((Configuration.OfKeepalived) configuration).file(), lines);
            }
        } catch (RulesInvalidException | RuntimeException | Error e) {
            release();
            throw e;
        }
        Rules.of(before.changesTo(director.configuration())).print().lines().forEach(lines::add);
        return lines;
    }

    private void reload(Rules rules, List<String> lines) throws RulesInvalidException {
        refreshPlane(RulesFile.replace(rules, director, this::prepare));
        if (health.isMonitoring()) {
            health.stop();
            lines.add("servers are not checked any more");
            // What the monitor has changed in between.
            refreshPlane(RulesFile.replace(rules, director, this::prepare));
        }
    }

    private void reload(KeepalivedConfiguration file, List<String> lines) throws RulesInvalidException {
        if (health.isMonitoring()) {
            KeepalivedConfiguration previous = health.current();
            reload(previous, file);
            previous.health().changesTo(file.health()).forEach(change -> lines.add(change.toString()));
            return;
        }
        List<ConfigurationChange> made = applied(director.configuration().changesTo(file.startTable()));
        refreshPlane(made);
        try {
            health.start(file, follower::request);
        } catch (RuntimeException | Error e) {
            takeBack(made);
            throw e;
        }
        lines.add("servers are checked from now on");
    }

    private void reload(KeepalivedConfiguration previous, KeepalivedConfiguration file) throws RulesInvalidException {
        Set<ServiceKey> keys = new HashSet<>();
        List<VirtualService> added = new ArrayList<>();
        for (MonitoredService monitored : file.health().services()) {
            for (VirtualService service : monitored.services()) {
                keys.add(service.key());
                if (director.configuration(service.key()) == null) {
                    added.add(service);
                }
            }
        }
        DaemonHealth.requireAccepted(file);
        plane.prepare(added);
        health.reload(file);
        try {
            plane.refresh();
        } catch (RuntimeException | Error e) {
            health.reload(previous);
            release();
            throw e;
        }
        List<ConfigurationChange> others = new ArrayList<>();
        for (DirectorConfiguration.Service service : director.configuration().services()) {
            if (!keys.contains(service.key())) {
                others.add(new ConfigurationChange.ServiceRemoved(service.service(), service.servers()));
            }
        }
        refreshPlane(applied(others));
        if (!file.globals().timeouts().equals(previous.globals().timeouts())) {
            director.setTimeouts(file.globals().timeouts());
        }
    }

    private List<ConfigurationChange> applied(List<ConfigurationChange> planned) throws RulesInvalidException {
        prepare(planned);
        try {
            return director.apply(planned);
        } catch (DirectorException e) {
            throw new RulesInvalidException(String.valueOf(e.getMessage()));
        }
    }

    /** The health of the services and the counters; null if no server is checked. Waits for no change. */
    @Nullable
    HealthMonitorSnapshot health() {
        return health.snapshot();
    }

    /**
     * Drains a server, as {@link Director#drain} does.
     *
     * @throws org.lvs4j.DirectorException if there is no such server
     * @throws IllegalStateException if another process serves
     */
    synchronized List<Drain> drain(DrainArguments.Place place, DrainOptions options) {
        requireNotLeft();
        return place.service() == null
                ? director.drain(place.server(), options)
                : List.of(director.drain(place.service(), place.server(), options));
    }

    /** Aborts the drains of a server; returns how many there were. */
    synchronized int abortDrains(DrainArguments.Place place) {
        requireNotLeft();
        int aborted = 0;
        for (Drain drain : director.drains()) {
            if (place.contains(drain.service(), drain.server()) && drain.abort()) {
                aborted++;
            }
        }
        return aborted;
    }

    /**
     * Ends the connections of a server; returns how many there are, or -1 if no service has the server.
     *
     * @throws org.lvs4j.DirectorException if the only service that is meant has no such server
     * @throws IllegalStateException if another process serves
     */
    synchronized int endConnections(DrainArguments.Place place, Duration over) {
        requireNotLeft();
        if (place.service() != null) {
            return director.endConnections(place.service(), place.server(), over);
        }
        boolean found = false;
        int count = 0;
        for (DirectorConfiguration.Service service : director.configuration().services()) {
            for (RealServer server : service.servers()) {
                if (place.contains(service.key(), server.endpoint())) {
                    found = true;
                    count += director.endConnections(service.key(), server.endpoint(), over);
                }
            }
        }
        return found ? count : -1;
    }

    private void refreshPlane(List<ConfigurationChange> made) {
        try {
            plane.refresh();
        } catch (RuntimeException | Error e) {
            takeBack(made);
            throw e;
        }
    }

    private void takeBack(List<ConfigurationChange> made) {
        try {
            director.apply(ConfigurationChange.inverseOf(made));
            plane.refresh();
        } catch (IllegalStateException e) {
            LOG.debug("the plane is stopping and has nothing to take back", e);
        } catch (RuntimeException e) {
            LOG.error("a refused change could not be taken back completely: {}", e.toString());
        }
    }

    /**
     * Ends the health monitor, stops accepting, and waits for connections to end.
     *
     * @return whether all connections ended before the deadline; the others are reset
     */
    boolean drain(Duration deadline) {
        draining = true;
        stopMonitor();
        return plane.drain(deadline);
    }

    /** The reason why another process cannot take over, or null if it can. */
    @Nullable
    String handOverProblem() {
        return plane.handOverProblem();
    }

    /**
     * Passes the listening sockets on to another process, and continues.
     *
     * @param descriptors sends each; the descriptor stays this process's
     * @throws IllegalStateException if the plane is stopping
     */
    void handOver(IntConsumer descriptors) {
        plane.handOver(descriptors);
    }

    /** Refuses changes from now on, because the other process serves: they would be lost. */
    synchronized void leave() {
        left = true;
    }

    /** The caller holds the lock. */
    private void requireNotLeft() {
        if (left) {
            throw new IllegalStateException("another one has taken over; repeat the command");
        }
    }

    /**
     * As {@link #drain}, after {@link #leave}: all clients that have not been accepted are left to the other process.
     *
     * @param accepted is called when no more clients are accepted, once or more often
     */
    boolean drainHandedOver(Duration deadline, Runnable accepted) {
        draining = true;
        synchronized (this) {
            health.handOver();
        }
        return plane.drainHandedOver(deadline, accepted);
    }

    /** Sets the receiver of a failure that ends the plane; it is called at most once. */
    void onFailure(Consumer<Throwable> report) {
        plane.onFailure(report);
    }

    /** Whether it waits for its connections to end, and accepts no new ones. */
    boolean isDraining() {
        return draining;
    }

    /**
     * Registers the meters of the plane.
     *
     * @return removes them
     */
    Runnable bindPlane(MeterRegistry registry) {
        return plane.bindTo(registry);
    }

    /** Tells a follower which health monitor there is, now and from now on. */
    synchronized void followMonitor(DaemonHealth.Follower follower) {
        health.follow(follower);
    }

    /** Tells a follower nothing more. */
    synchronized void unfollowMonitor(DaemonHealth.Follower follower) {
        health.unfollow(follower);
    }

    /**
     * Completes once each event loop of the plane and of the health monitor has answered; never while one is stuck. Does
     * not wait for a change that is being made.
     */
    CompletableFuture<Void> heartbeat() {
        return CompletableFuture.allOf(
                plane.heartbeat().toCompletableFuture(), health.heartbeat().toCompletableFuture());
    }

    /** The program to run when everything has ended; null for none. */
    synchronized @Nullable Script shutdownScript() {
        return health.current().globals().shutdownScript();
    }

    private synchronized void stopMonitor() {
        health.stop();
    }

    /** Undoes everything that would outlive the process, which is about to end. */
    void abandon() {
        plane.abandon();
        // Without the lock, which a thread that is stuck may hold: it ends programs that still run.
        health.stop();
    }

    /** Stops at once. */
    @Override
    public void close() {
        synchronized (this) {
            health.handOver();
        }
        follower.close();
        plane.close();
    }
}
