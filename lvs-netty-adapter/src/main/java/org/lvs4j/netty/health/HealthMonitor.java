package org.lvs4j.netty.health;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.health.Check;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HealthEngine.Cleanup;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.Notification;
import org.lvs4j.health.PassiveCheck;
import org.lvs4j.health.ReleaseOnFailure;
import org.lvs4j.health.Script;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.health.TrackedFile;
import org.lvs4j.net.IpAddress;
import org.lvs4j.netty.Transport;
import org.lvs4j.netty.internal.EventLoops;
import org.lvs4j.netty.internal.LimitedLog;
import org.lvs4j.netty.internal.NettyVersion;
import org.lvs4j.netty.internal.RateLimitedLog;
import org.lvs4j.netty.internal.Recurring;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the real servers of a director, and takes those that fail out of its table until they are well again.
 *
 * <pre>{@code
 * HealthMonitor monitor = HealthMonitor.builder(director)
 *         .check(web, server -> HttpCheck.of(ProbeTarget.of(server.endpoint()), every2Seconds, "/health"))
 *         .start();
 * }</pre>
 *
 * <p>Two kinds of service can be watched. Those of a {@link Builder#configuration}, perhaps read from a file, belong to
 * the monitor: it adds them to the director, changes them at {@link #reload}, and at the end removes them if {@link
 * Builder#cleanup} says so. Those of {@link Builder#check} belong to the application: the monitor follows the servers
 * that the application adds, changes and removes, and at the end gives back every server that it has taken out. Changes
 * of a {@link Check} in code need another monitor. A server that is down is not on the director, and cannot be removed
 * there: {@link #setServers} changes the list whatever is up.
 *
 * <p><b>Passive checks.</b> The monitor learns from the director which servers fail clients, as a relay or the application
 * ({@link org.lvs4j.Connection#failed}) reports it. A service with a {@linkplain Builder#passiveCheck passive check} is rid
 * of such a server for a time.
 *
 * <p><b>Probes.</b> TCP, HTTP, TLS, SMTP, DNS and UDP use sockets on event loops, a ping a socket of ICMP, a {@code
 * MISC_CHECK} a process of its own; tracked files are read twice a second. A probe that this host cannot make, for
 * instance for want of a descriptor, is no failure of the server: it is counted, logged once a minute for each reason,
 * and made again after a second. Certificates are not verified.
 *
 * <p><b>Notifications.</b> The table changes first, then programs are started, lines written, and listeners called. Programs
 * are executed without a shell, in the order of the changes and beside each other, at most 64 at a time, for at most five
 * minutes.
 *
 * <p><b>Limits.</b> Sockets and programs that probe at the same time have a ceiling; further probes wait and are counted
 * in {@link #snapshot()}.
 *
 * <p>Assumptions: nothing blocks the event loops. Guarantees: thread-safe; a change is made as a whole or, if the director
 * refuses it, without what is refused; after {@link #close()} no socket, process or timer is left. Progress: blocking.
 * {@link Builder#start} and {@link #reload} may start programs to find out what this host allows, and all methods wait for the
 * monitor's event loop, so that no event loop may call them: on one of the monitor's, such as in a listener, they throw an
 * {@link IllegalStateException} and do nothing. The monitor's own
 * threads do not keep the JVM alive.
 */
public final class HealthMonitor implements AutoCloseable {
    /** Of each kind of change. */
    private static final int LINES_A_MINUTE = 1000;

    private static final Logger LOGGER = LoggerFactory.getLogger(HealthMonitor.class);
    private static final long SUMMARY_SECONDS = 10;
    private static final long WATCH_MILLIS = 1000;
    private static final long QUIET_MILLIS = 20;
    private static final long TERMINATION_MILLIS = 5000;

    private final MonitorOptions options;
    private final ProbeTransport transport;
    private final EventLoopGroup group;
    private final EventLoop home;
    private final MonitorCounters counters = new MonitorCounters();
    private final RateLimitedLog log = new RateLimitedLog(LOGGER);
    private final LimitedLog changes = new LimitedLog(LOGGER, LINES_A_MINUTE);
    private final ProbePrograms programs;
    private final NotifyPrograms notifications;
    private final WatchedFiles files;
    private final ProbeSockets sockets;
    private final LocalAddressWatch addresses;
    private final MonitorLoop loop;
    private final Future<?> summaries;
    private final Future<?> watching;
    private final NotifyFifos fifos;

    // Guarded by this object.
    private boolean closed;

    private HealthMonitor(Director director, MonitorOptions options) {
        this.options = options;
        EventLoopGroup given = options.group();
        if (given == null) {
            transport = ProbeTransport.of(options.transport());
            group = loops(options.threads(), transport);
        } else {
            group = given;
            transport = ProbeTransport.of(given.next());
        }
        List<EventLoop> loops = new ArrayList<>();
        for (EventExecutor each : group) {
            loops.add((EventLoop) each);
        }
        home = loops.get(0);
        programs = new ProbePrograms(home);
        notifications = new NotifyPrograms(programs, counters, changes, LOGGER);
        files = new WatchedFiles(this::fileChanged, LOGGER);
        addresses = new LocalAddressWatch(this::addressChanged, LOGGER);
        fifos = new NotifyFifos(programs, home, counters, LOGGER);
        sockets = new ProbeSockets(transport, RandomGenerator.getDefault());
        loop = new MonitorLoop(
                home,
                director,
                options,
                counters,
                LOGGER,
                changes,
                results -> new RunningProbes(
                        loops, sockets, programs, options.maxProbes(), options.maxPrograms(), counters, log, results),
                this::tell,
                this::filesInCode);
        summaries = home.scheduleWithFixedDelay(this::summarize, SUMMARY_SECONDS, SUMMARY_SECONDS, TimeUnit.SECONDS);
        watching = home.scheduleWithFixedDelay(
                Recurring.of(loop::watch, LOGGER, "the health monitor cannot continue"),
                WATCH_MILLIS,
                WATCH_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private void summarize() {
        log.summarize();
        changes.summarize();
    }

    private static EventLoopGroup loops(int threads, ProbeTransport transport) {
        try {
            return EventLoops.of(threads, "lvs-health", true, transport.handlers());
        } catch (IllegalStateException e) {
            throw new HealthMonitorException(String.valueOf(e.getMessage()), e);
        }
    }

    /** A builder for the monitor of a director. */
    public static Builder builder(Director director) {
        return new Builder(requireNonNull(director, "director"));
    }

    private HealthMonitor begin() {
        try {
            HealthConfiguration configuration = options.configuration();
            requirePossible(configuration);
            fifos.follow(options.fifos());
            Set<TrackedFile> tracked = WatchedFiles.of(configuration);
            tracked.forEach(files::initialize);
            files.follow(tracked);
            addresses.follow(LocalAddressWatch.of(configuration));
            onHome(() -> {
                loop.start(configuration, this::requirePossible);
                return null;
            });
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        LOGGER.info("health monitor started on {}", transport);
        return this;
    }

    private void requirePossible(HealthConfiguration configuration) {
        for (MonitoredService monitored : configuration.services()) {
            for (VirtualService each : monitored.services()) {
                if (options.templates().containsKey(each.key())) {
                    throw new IllegalArgumentException("the service " + each.key() + " is given twice");
                }
            }
        }
        refuse(CheckRequirements.problems(configuration, transport));
    }

    private void requirePossible(List<MonitoredService> inCode) {
        refuse(CheckRequirements.networkProblems(inCode, transport));
    }

    private static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new HealthMonitorException(problems);
        }
    }

    /**
     * Changes to another configuration. What is the same in both keeps its state, its connections and counters; each
     * check is probed anew. The services of the configuration are then in the director's table as configured, with the
     * servers that are well: changes that others have made to them are taken back, drains go on. Services of {@link
     * Builder#check} and of neither are not touched, nor are their probes.
     *
     * <p>{@link HealthConfiguration#changesTo} tells what is different.
     *
     * @throws HealthMonitorException naming each check that this host does not allow; nothing has changed then
     * @throws IllegalArgumentException if two services have the same key; nothing has changed then
     * @throws IllegalStateException if the monitor is closed
     */
    public void reload(HealthConfiguration configuration) {
        requireNonNull(configuration, "configuration");
        requireNoLoopOf(group);
        requirePossible(configuration);
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the health monitor is closed");
            }
            Set<TrackedFile> tracked = WatchedFiles.of(configuration);
            tracked.forEach(files::initialize);
            files.follow(tracked);
            addresses.follow(LocalAddressWatch.of(configuration));
            onHome(() -> {
                loop.reload(configuration);
                return null;
            });
        }
    }

    /**
     * Writes to other FIFOs from now on; one that is among them already stays open, and its reader runs on.
     *
     * @throws HealthMonitorException if one cannot be made or opened; nothing has changed then
     * @throws IllegalStateException if the monitor is closed
     */
    public void setFifos(Collection<NotifyFifo> wanted) {
        List<NotifyFifo> copy = List.copyOf(requireNonNull(wanted, "wanted"));
        requireNoLoopOf(group);
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the health monitor is closed");
            }
            fifos.follow(copy);
        }
    }

    /** The health of every service and the counters, at one moment. After {@link #close()} without services. */
    public HealthMonitorSnapshot snapshot() {
        requireNoLoopOf(group);
        synchronized (this) {
            if (closed) {
                return HealthMonitorSnapshot.of(List.of(), 0, 0, counters);
            }
        }
        return onHome(this::snapshotOnLoop);
    }

    /** As {@link #snapshot()}, for the monitor's event loop. */
    HealthMonitorSnapshot snapshotOnLoop() {
        return HealthMonitorSnapshot.of(loop.services(), loop.runningProbes(), loop.waitingProbes(), counters);
    }

    /**
     * Completes once each of its event loops has answered: the timer of the loop has run a task. While one is stuck, it
     * does not complete; a supervisor that waits for it, such as the watchdog of systemd, learns that. A monitor
     * that is closed has no loop to wait for. Does not block.
     */
    public CompletionStage<Void> heartbeat() {
        return EventLoops.heartbeat(group);
    }

    MonitorCounters counters() {
        return counters;
    }

    /** Changes whenever the health of a service or server, or the list of them, has changed. */
    long stateVersion() {
        return loop.stateVersion();
    }

    /** Whether the calling thread is one of its event loops, which must not wait for another. */
    boolean onOwnLoop() {
        return isLoopOf(group);
    }

    /** Passes the health of every service to an action, which the monitor's event loop calls, soon. */
    void laterOnLoop(Consumer<List<ServiceHealth>> action) {
        post(() -> action.accept(loop.services()));
    }

    /**
     * The services and servers that the monitor has put into the director's table; unmodifiable. The table of the director
     * says the same unless others have changed it. After {@link #close()} empty.
     */
    public List<DirectorConfiguration.Service> table() {
        requireNoLoopOf(group);
        synchronized (this) {
            if (closed) {
                return List.of();
            }
        }
        return onHome(loop::table);
    }

    /**
     * The servers of a service of {@link Builder#check}, up and down, as the application wants them: with their own weights,
     * to which checks may have added in the director's table. In the order of their addition; empty if the service is not on
     * the director or has no checks in code, and after {@link #close()}.
     */
    public List<RealServer> servers(ServiceKey service) {
        requireNonNull(service, "service");
        requireNoLoopOf(group);
        synchronized (this) {
            if (closed) {
                return List.of();
            }
        }
        return onHome(() -> loop.servers(service));
    }

    /**
     * Replaces the servers of a service of {@link Builder#check}. Unlike {@link Director#setServers} it also removes
     * those that are down, and lets none of them into the table again.
     *
     * @param servers the servers, up and down, in their order
     * @throws IllegalArgumentException if the service has no checks in code or is not on the director, or if two servers
     *     have the same endpoint
     * @throws IllegalStateException if the monitor is closed
     */
    public void setServers(ServiceKey service, Collection<RealServer> servers) {
        requireNonNull(service, "service");
        List<RealServer> wanted = List.copyOf(requireNonNull(servers, "servers"));
        if (wanted.stream().map(RealServer::endpoint).distinct().count() < wanted.size()) {
            throw new IllegalArgumentException(service + ": a server is given twice");
        }
        requireNoLoopOf(group);
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the health monitor is closed");
            }
        }
        if (!onHome(() -> loop.setServers(service, wanted))) {
            throw new IllegalArgumentException(service + " has no checks in code, or is not on the director");
        }
    }

    /**
     * Calls a listener for each later change of health, on the monitor's event loop, which it must not block. Without
     * effect after {@link #close()}.
     */
    public void addListener(Consumer<? super HealthEvent> listener) {
        loop.listeners.add(requireNonNull(listener, "listener"));
    }

    /** Removes a listener; a call that is being made may still be under way. Without effect if it is not one. */
    public void removeListener(Consumer<? super HealthEvent> listener) {
        loop.listeners.remove(requireNonNull(listener, "listener"));
    }

    private void fileChanged(TrackedFile file, int number) {
        post(() -> loop.fileChanged(file, number));
    }

    private void filesInCode(Set<TrackedFile> tracked) {
        files.inCode(tracked);
        programs.execute(files::followInCode);
    }

    private void addressChanged(IpAddress address, boolean present) {
        post(() -> loop.addressChanged(address, present));
    }

    private void tell(Notification notification) {
        fifos.line(notification.line());
        Script script = notification.script();
        if (script != null) {
            notifications.run(script);
        }
    }

    private void post(Runnable task) {
        try {
            home.execute(task);
        } catch (RejectedExecutionException e) {
            LOGGER.trace("the event loop has ended", e);
        }
    }

    /** An event loop that waits for itself, or for a thread that waits for it, would wait for ever. */
    private static void requireNoLoopOf(EventLoopGroup group) {
        if (isLoopOf(group)) {
            throw new IllegalStateException("an event loop of the health monitor may not wait for the monitor");
        }
    }

    private static boolean isLoopOf(EventLoopGroup group) {
        for (EventExecutor each : group) {
            if (each.inEventLoop()) {
                return true;
            }
        }
        return false;
    }

    /** Refuses a call by one of its event loops. */
    void requireNoOwnLoop() {
        requireNoLoopOf(group);
    }

    private <T> T onHome(Callable<T> task) {
        return home.submit(task).syncUninterruptibly().getNow();
    }

    /**
     * Ends all probes, gives back the servers of {@link Builder#check}, cleans the table up, starts the last
     * notifications, gives programs that still run a second, and ends its threads; the application's event loops
     * continue. Idempotent.
     */
    @Override
    public void close() {
        close(options.cleanup());
    }

    /** As {@link #close()}, with another cleanup than that of {@link Builder#cleanup}. */
    public void close(Cleanup cleanup) {
        requireNonNull(cleanup, "cleanup");
        requireNoLoopOf(group);
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        files.close();
        addresses.close();
        try {
            onHome(() -> {
                loop.stop(cleanup);
                return null;
            });
        } catch (RejectedExecutionException e) {
            LOGGER.warn("the event loops ended before the health monitor was closed: the table stays as it is");
        }
        awaitLoops();
        sockets.close();
        summaries.cancel(false);
        watching.cancel(false);
        notifications.close();
        fifos.close();
        programs.close();
        endThreads();
        log.close();
        changes.close();
        LOGGER.info("health monitor stopped");
    }

    /** Waits until each event loop has ended the probes that it was told to end. */
    private void awaitLoops() {
        for (EventExecutor each : group) {
            try {
                each.submit(() -> {}).awaitUninterruptibly();
            } catch (RejectedExecutionException e) {
                LOGGER.trace("the event loop has ended", e);
            }
        }
    }

    private void endThreads() {
        if (options.group() == null) {
            group.shutdownGracefully(QUIET_MILLIS, TERMINATION_MILLIS, TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly();
        }
    }

    /** Builds a monitor. Not thread-safe. */
    public static final class Builder {
        private static final int MOST_PROBES = 4096;
        private static final int MOST_PROGRAMS = 128;

        private final Director director;
        private final Map<ServiceKey, AdoptedServices.Template> templates = new LinkedHashMap<>();
        private final List<Consumer<? super HealthEvent>> listeners = new ArrayList<>();
        private HealthConfiguration configuration = HealthConfiguration.EMPTY;
        private @Nullable EventLoopGroup group;
        private Transport transport = Transport.AUTO;
        private int threads = 1;
        private int maxProbes = MOST_PROBES;
        private int maxPrograms = MOST_PROGRAMS;
        private final List<NotifyFifo> fifos = new ArrayList<>();
        private Cleanup cleanup = Cleanup.NOTHING;
        private boolean likeKeepalived22;

        private Builder(Director director) {
            this.director = director;
        }

        /** Services that the monitor adds to the director. None by default. */
        public Builder configuration(HealthConfiguration services) {
            configuration = requireNonNull(services, "services");
            return this;
        }

        /**
         * Adds a check to each server of a service of the application, which may be on the director already or be added
         * later. A service may have several checks; a server is up while all of them are.
         *
         * @param service the key of the service
         * @param template makes the check of a server; called on the monitor's event loop, again after each change of
         *     the service, with equal checks for equal servers
         */
        public Builder check(ServiceKey service, Function<? super RealServer, ? extends Check> template) {
            requireNonNull(template, "template");
            templates.put(service, template(service).with(template));
            return this;
        }

        private AdoptedServices.Template template(ServiceKey service) {
            return templates.getOrDefault(requireNonNull(service, "service"), AdoptedServices.Template.EMPTY);
        }

        /**
         * Lets failed connections of clients take servers of a service of the application out, beside its checks, if it
         * has any.
         */
        public Builder passiveCheck(ServiceKey service, PassiveCheck check) {
            requireNonNull(check, "check");
            templates.put(service, template(service).with(check));
            return this;
        }

        /** Releases the clients of a server of a service of the application when it fails. */
        public Builder releaseOnFailure(ServiceKey service, ReleaseOnFailure release) {
            requireNonNull(release, "release");
            templates.put(service, template(service).with(release));
            return this;
        }

        /** Calls a listener for each change of health, on the monitor's event loop, which it must not block. */
        public Builder listener(Consumer<? super HealthEvent> listener) {
            listeners.add(requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Uses the application's event loops, of any of Netty's transports, and never shuts them down. They must run
         * until the monitor is closed. By default the monitor has loops of its own.
         */
        public Builder eventLoops(EventLoopGroup loops) {
            group = requireNonNull(loops, "loops");
            return this;
        }

        /** The transport of the monitor's own event loops. {@link Transport#AUTO} by default. */
        public Builder transport(Transport value) {
            transport = requireNonNull(value, "value");
            return this;
        }

        /** The number of the monitor's own event loops, 1..4096. One by default, which is enough for thousands of probes. */
        public Builder threads(int count) {
            threads = count;
            return this;
        }

        /** How many sockets probe at the same time, 1..1048576. {@value #MOST_PROBES} by default. */
        public Builder maxProbes(int ceiling) {
            maxProbes = ceiling;
            return this;
        }

        /** How many programs probe at the same time, 1..65536. {@value #MOST_PROGRAMS} by default. */
        public Builder maxPrograms(int ceiling) {
            maxPrograms = ceiling;
            return this;
        }

        /**
         * Writes a line for each change of a server or quorum to a FIFO, such as {@code RS [10.0.0.2]:tcp:80
         * [10.0.0.1]:tcp:80 DOWN}. It is made if it is missing. Several calls name several FIFOs. None by default.
         */
        public Builder fifo(Path path) {
            fifos.add(NotifyFifo.of(requireNonNull(path, "path")));
            return this;
        }

        /** Writes to other FIFOs than those of before, each perhaps with a program that reads it. */
        public Builder fifos(Collection<NotifyFifo> wanted) {
            List<NotifyFifo> copy = List.copyOf(requireNonNull(wanted, "wanted"));
            fifos.clear();
            fifos.addAll(copy);
            return this;
        }

        /** What {@link HealthMonitor#close} removes of the {@link #configuration}. {@link Cleanup#NOTHING} by default. */
        public Builder cleanup(Cleanup what) {
            cleanup = requireNonNull(what, "what");
            return this;
        }

        /** As {@link org.lvs4j.health.HealthEngine.Builder#likeKeepalived22}. False by default. */
        public Builder likeKeepalived22(boolean enabled) {
            likeKeepalived22 = enabled;
            return this;
        }

        /**
         * Starts the monitor, which adds its services to the director before this method returns.
         *
         * @return the monitor, which the caller must close
         * @throws HealthMonitorException naming each check that this host does not allow
         * @throws IllegalArgumentException naming each option that is out of range, or a service that is given twice
         * @throws IllegalStateException if the transport is not available, on an event loop of {@link #eventLoops}, or if
         *     the application has a Netty that is older than 4.2
         */
        public HealthMonitor start() {
            NettyVersion.require();
            MonitorOptions options = new MonitorOptions(
                    configuration,
                    Collections.unmodifiableMap(new LinkedHashMap<>(templates)),
                    List.copyOf(listeners),
                    group,
                    transport,
                    threads,
                    maxProbes,
                    maxPrograms,
                    List.copyOf(fifos),
                    cleanup,
                    likeKeepalived22);
            if (group == null && !transport.available()) {
                throw new IllegalStateException("transport " + transport + " is not available here");
            }
            if (group != null) {
                requireNoLoopOf(group);
            }
            return new HealthMonitor(director, options).begin();
        }
    }
}
