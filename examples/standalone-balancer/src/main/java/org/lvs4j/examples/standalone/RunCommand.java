package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.examples.standalone.ControlServer.Limits;
import org.lvs4j.health.Script;
import org.lvs4j.netty.AccessLog;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.health.HealthMonitorException;
import org.lvs4j.netty.tun.TunException;
import org.lvs4j.service.RealServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lvsd run}: serves until a signal stops it. */
@Command(
        name = "run",
        description = {
            "Serves the services of a file until SIGTERM or SIGINT: rules of ipvsadm, or a file of keepalived, whose"
                    + " checks decide which servers are in service. SIGHUP reads the file again, SIGUSR1 opens the file of"
                    + " --access-log anew."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Lvsd.ThisVersion.class)
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    /** How long the plane may take to stop after the drain timeout, and to undo what would outlive the process. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    /** How long another daemon may take to put its control socket in place. */
    private static final Duration MOVED_LIMIT = Duration.ofSeconds(10);

    /** An event that ends the main thread's wait: a signal, a takeover, or a failure of the plane. */
    private enum Event {
        STOP,
        FAIL,
        /** Another daemon serves now. */
        HANDED_OVER
    }

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            description = "The file, in the format of ipvsadm -S or keepalived.conf; - for standard input.")
    private String file;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "The control socket for lvsadm (default: LVSD_SOCKET, else lvsd.sock in XDG_RUNTIME_DIR, else"
                    + " in a private directory below TMPDIR or /tmp).")
    private @Nullable Path socket;

    @Option(
            names = "--drain-timeout",
            paramLabel = "TIME",
            description = "How long connections may continue after SIGTERM (default: ${DEFAULT-VALUE}).",
            defaultValue = "30s")
    private Duration drainTimeout;

    @Option(
            names = "--takeover",
            description = "Gets the listening sockets and the place of the control socket from the lvsd that runs at"
                    + " --socket, so that no client is refused; that one ends when its connections have ended, or"
                    + " after its --drain-timeout (transport epoll, same user).")
    private boolean takeover;

    @Mixin
    private FormatOptions format;

    @Mixin
    private PlaneOptions planeOptions;

    @Mixin
    private DirectorOptions directorOptions;

    @Mixin
    private StateOptions stateOptions;

    @Mixin
    private AdminOptions adminOptions;

    @Mixin
    private AccessLogOptions accessLogOptions;

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean stopping = new AtomicBoolean();

    /** A signal has asked for a reload that has not been requested from the reloader, which may not exist yet. */
    private final AtomicBoolean reloadRequested = new AtomicBoolean();

    // Written once by the main thread and read by the threads of signals: volatile publishes them.
    private volatile @Nullable ControlSocket claimed;
    private volatile @Nullable Balancer running;
    private volatile @Nullable Reloader reloader;
    private volatile @Nullable StateKeeping state;
    private volatile @Nullable DaemonAdmin admin;
    private volatile @Nullable AccessLog accessLog;
    private volatile ServiceManager manager = ServiceManager.none();
    private volatile boolean handedOver;

    @Override
    public Integer call() throws RulesInvalidException, StartException, InterruptedException {
        List<Integer> activated = checkOptions();
        manager = ServiceManager.of(System.getenv(), ProcessHandle.current().pid(), takeover);
        // First: without a handler, these signals end a JVM.
        Signals.handle("HUP", this::reload);
        Signals.handle("USR1", this::reopen);
        ConfigurationFile source = new ConfigurationFile(file, format, planeOptions);
        Configuration configuration = source.read(System.in);
        Signals.handle("TERM", () -> stop("SIGTERM"));
        Signals.handle("INT", () -> stop("SIGINT"));
        try {
            Path path = socket == null ? SocketPath.ofThisProcess() : socket;
            planeOptions.adopt(activated);
            if (!takeover) {
                try (ControlSocket controlSocket = ControlSocket.claim(path)) {
                    return run(source, configuration, controlSocket, null);
                }
            }
            try (Takeover old = Takeover.begin(path);
                    ControlSocket controlSocket = ControlSocket.inherit(path)) {
                planeOptions.adopt(old.descriptors());
                return run(source, configuration, controlSocket, old);
            }
        } catch (IllegalArgumentException e) {
            // Thrown by the builders of the director and the relay.
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        } catch (RelayException | TunException | HealthMonitorException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new StartException(Reason.of(e), e);
        }
    }

    /**
     * Serves.
     *
     * @param old the daemon to replace, if there is one
     */
    private Integer run(
            ConfigurationFile source, Configuration configuration, ControlSocket controlSocket, @Nullable Takeover old)
            throws RulesInvalidException, StartException, IOException, InterruptedException {
        String shortage = planeOptions.shortage(directorOptions.maxEntries());
        if (shortage != null) {
            LOG.warn("{}", shortage);
        }
        if (configuration instanceof Configuration.OfKeepalived keepalived) {
            KeepalivedPicture.warn(keepalived.file(), LOG::warn);
            if (old == null) {
                DaemonHealth.run("startup_script", keepalived.file().globals().startupScript());
            }
        }
        StateFile file = stateOptions.open();
        // Closed last: it gets the records of the connections that the plane resets in the end.
        try (AccessLog log = accessLogOptions.start()) {
            if (log != null) {
                accessLog = log;
                planeOptions.log(log);
            }
            return serve(source, configuration, controlSocket, old, file);
        }
    }

    private Integer serve(
            ConfigurationFile source,
            Configuration configuration,
            ControlSocket controlSocket,
            @Nullable Takeover old,
            @Nullable StateFile file)
            throws RulesInvalidException, StartException, IOException, InterruptedException {
        try (Balancer balancer = Balancer.start(
                        directorOptions.director(), configuration, planeOptions, ready -> restore(ready, old, file));
                StateKeeping keeping =
                        file == null ? null : new StateKeeping(file, balancer.director(), stateOptions.interval())) {
            state = keeping;
            Reloader ready = new Reloader(source, balancer, manager);
            Console console = new Console(balancer, planeOptions, () -> ready.reload(Reloader.COMMAND));
            Handover handover = new Handover(controlSocket, balancer, this::handedOver);
            try (ControlServer control = ControlServer.start(controlSocket, console, Limits.DEFAULT, handover)) {
                if (old != null && stopping.get()) {
                    // The old one goes on.
                    return Answer.OK;
                } else if (old != null) {
                    old.complete(controlSocket, balancer.director());
                }
                claimed = controlSocket;
                running = balancer;
                reloader = ready;
                try (DaemonAdmin endpoint = admin(balancer, ready, keeping, control, old != null)) {
                    admin = endpoint;
                    if (handedOver) {
                        leaveAdminAddress();
                    }
                    takeUp(ready);
                    if (keeping != null) {
                        keeping.serve();
                    }
                    announce(balancer, controlSocket.path(), endpoint);
                    manager.ready(() -> DaemonStatus.of(balancer, ready.lastOutcome()), balancer::heartbeat);
                    awaitEnd(balancer, control, handover);
                }
                return saveState() ? Answer.OK : Answer.FAILURE;
            }
        }
    }

    /**
     * Starts the admin endpoint, if there is to be one.
     *
     * @param takesOver whether another daemon has had the address until now; then a failure does not end this one
     */
    private @Nullable DaemonAdmin admin(
            Balancer balancer,
            Reloader reloader,
            @Nullable StateKeeping keeping,
            ControlServer control,
            boolean takesOver)
            throws StartException {
        if (!adminOptions.given()) {
            return null;
        }
        DaemonMetrics metrics = DaemonMetrics.of(balancer, reloader, keeping, control, accessLog);
        boolean done = false;
        try {
            DaemonAdmin endpoint = DaemonAdmin.start(
                    adminOptions, balancer, planeOptions, reloader, metrics, takesOver ? MOVED_LIMIT : Duration.ZERO);
            done = true;
            return endpoint;
        } catch (StartException | IllegalArgumentException e) {
            if (!takesOver) {
                throw e;
            }
            LOG.error("{}; going on without it", e.getMessage());
            return null;
        } finally {
            if (!done) {
                metrics.close();
            }
        }
    }

    private static void restore(Director director, @Nullable Takeover old, @Nullable StateFile file)
            throws StartException {
        if (old != null) {
            old.restore(director);
        } else if (file != null) {
            StateKeeping.restore(file, director);
        }
    }

    private boolean saveState() {
        StateKeeping keeping = state;
        return keeping == null || keeping.save();
    }

    private List<Integer> checkOptions() throws StartException {
        try {
            planeOptions.check();
            stateOptions.check();
            adminOptions.check();
            accessLogOptions.check(planeOptions.forwardsPackets());
            List<Integer> activated =
                    ActivatedSockets.of(System.getenv(), ProcessHandle.current().pid());
            if (takeover) {
                planeOptions.requireAdopting("--takeover");
            } else if (!activated.isEmpty()) {
                planeOptions.requireAdopting(ActivatedSockets.COUNT);
            }
            return activated;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void reload() {
        reloadRequested.set(true);
        Reloader ready = reloader;
        if (ready == null) {
            LOG.info("SIGHUP: lvsd is still starting; {} is read again after that", file);
        } else {
            takeUp(ready);
        }
    }

    private void reopen() {
        AccessLog log = accessLog;
        if (log == null) {
            LOG.info("SIGUSR1: there is no access log to open anew");
        } else {
            log.reopen();
            LOG.info("SIGUSR1: the access log is opened anew");
        }
    }

    private void takeUp(Reloader ready) {
        if (reloadRequested.getAndSet(false)) {
            ready.request();
        }
    }

    /** Another daemon serves: this one ends as soon as its connections have ended. */
    private void handedOver(String peer, long pid) {
        LOG.info(
                "takeover: {} serves now; accepting no new connections; waiting up to {} for open ones",
                peer,
                DurationConverter.print(drainTimeout));
        handedOver = true;
        manager.handedOver(
                pid,
                "stopping: " + peer + " has taken over",
                drainTimeout.plus(MOVED_LIMIT).plus(STOP_LIMIT));
        leaveAdminAddress();
        StateKeeping keeping = state;
        if (keeping != null) {
            keeping.leave();
        }
        if (!stopping.get()) {
            inBackground("lvsd-watchdog", () -> watch(MOVED_LIMIT.plus(STOP_LIMIT)));
        }
        events.add(Event.HANDED_OVER);
    }

    /** Leaves the address of the admin endpoint to the other daemon. */
    private void leaveAdminAddress() {
        DaemonAdmin endpoint = admin;
        if (endpoint != null) {
            endpoint.close();
        }
    }

    private void stop(String signal) {
        if (handedOver && stopping.compareAndSet(false, true)) {
            LOG.info("{}: ending already, another lvsd has taken over; send it again to stop at once", signal);
        } else if (stopping.compareAndSet(false, true)) {
            // First: the rest may fail for want of memory or of a thread.
            events.add(Event.STOP);
            LOG.info(
                    "{}: accepting no new connections; waiting up to {} for open ones; send it again to stop at once",
                    signal,
                    DurationConverter.print(drainTimeout));
            inBackground("lvsd-watchdog", () -> watch(Duration.ZERO));
            manager.stopping(
                    "stopping: waiting up to " + DurationConverter.print(drainTimeout) + " for open connections",
                    drainTimeout.plus(STOP_LIMIT.multipliedBy(2)));
        } else {
            try {
                LOG.info("{} again: stopping at once", signal);
            } finally {
                halt(Answer.OK);
            }
        }
    }

    /** Ends the process if it has not ended in time by itself. */
    private void watch(Duration more) {
        try {
            Thread.sleep(drainTimeout.plus(STOP_LIMIT).plus(more).toMillis());
            LOG.error("lvsd has not stopped in time: stopping at once");
            halt(Answer.FAILURE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void halt(int exitCode) {
        try {
            undo();
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }

    /** Undoes what would outlive the process, for a limited time. */
    private void undo() {
        Thread undo = inBackground("lvsd-undo", () -> {
            Balancer serving = running;
            if (serving != null) {
                serving.abandon();
            }
            ControlSocket left = claimed;
            if (left != null) {
                left.close();
            }
            // Its address may be a file.
            leaveAdminAddress();
            AccessLog log = accessLog;
            if (log != null) {
                log.close();
            }
        });
        try {
            undo.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        BoundedLog.awaitWritten(Duration.ofMillis(200));
    }

    private static Thread inBackground(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Prints the services, in the background: standard output may be a pipe that nobody reads. */
    private void announce(Balancer balancer, Path path, @Nullable DaemonAdmin endpoint) {
        inBackground("lvsd-announcement", () -> {
            PrintWriter output = spec.commandLine().getOut();
            for (ServiceSnapshot service : balancer.director().services()) {
                output.println(describe(service));
            }
            output.print(balancer.announcement());
            output.println("control socket " + path);
            if (endpoint != null) {
                output.println("admin endpoint " + endpoint.address());
            }
            output.println("ready");
            output.flush();
        });
    }

    private static String describe(ServiceSnapshot service) {
        StringJoiner servers = new StringJoiner(", ");
        servers.setEmptyValue("no servers");
        service.servers().stream()
                .map(ServerSnapshot::server)
                .sorted(Comparator.comparing(RealServer::endpoint))
                .forEach(server -> servers.add(server.toString()));
        return service.service().key() + " " + service.service().scheduler() + ": " + servers;
    }

    private void awaitEnd(Balancer balancer, ControlServer control, Handover handover)
            throws InterruptedException, StartException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        balancer.onFailure(cause -> {
            failure.set(cause);
            events.add(Event.FAIL);
        });
        Event end = events.take();
        LOG.debug("the main thread ends because of {}", end);
        Throwable cause = failure.get();
        if (cause != null) {
            saveState();
            throw new StartException(String.valueOf(cause.getMessage()), cause);
        }
        long startNanos = System.nanoTime();
        Script shutdown = balancer.shutdownScript();
        if (end == Event.STOP) {
            // At once, too: the process may be killed before all connections have ended.
            inBackground("lvsd-state", this::saveState);
        }
        boolean all = end == Event.HANDED_OVER
                ? balancer.drainHandedOver(drainTimeout, handover::accepted)
                : balancer.drain(drainTimeout);
        handover.accepted();
        if (handedOver) {
            handover.awaitMoved(MOVED_LIMIT);
            Duration left = drainTimeout.minusNanos(System.nanoTime() - startNanos);
            control.retire(left.compareTo(STOP_LIMIT) > 0 ? left : STOP_LIMIT);
        }
        control.close();
        if (!handedOver) {
            DaemonHealth.run("shutdown_script", shutdown);
        }
        LOG.info("stopped: {}", all ? "all connections have ended" : "the remaining connections have been reset");
    }
}
