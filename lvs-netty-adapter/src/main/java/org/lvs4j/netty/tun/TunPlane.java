package org.lvs4j.netty.tun;

import static java.util.Objects.requireNonNull;

import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.internal.ChangedServices;
import org.lvs4j.netty.internal.EventLoops;
import org.lvs4j.netty.internal.LoopLag;
import org.lvs4j.netty.internal.NettyVersion;
import org.lvs4j.netty.internal.Recurring;
import org.lvs4j.service.ServiceKey;

/**
 * Forwards the packets of a director's services through a TUN device of Linux: masquerading (LVS-NAT), tunnels
 * (LVS-TUN) and direct routing (LVS-DR), so that servers see the addresses of their clients.
 *
 * <p>The kernel hands packets over by routes into the device, and forwards what comes out of it. {@link
 * #setUpCommands()} lists the commands for that. With {@link Builder#setUp} the plane runs them, keeps them in step
 * with the director's services, and takes them back in {@link #close()}. Opening a device needs root, CAP_NET_ADMIN, or
 * a device that was made for the user beforehand; the commands need root or CAP_NET_ADMIN.
 *
 * <pre>{@code
 * TunPlane plane = TunPlane.builder(director).device("lvs0").setUp(true).start();
 * }</pre>
 *
 * <p>Assumptions: Linux, with {@code org.drasyl:netty-tun}, {@code net.java.dev.jna:jna} and Netty's native epoll
 * transport on the class path; the director's clock follows real time. Guarantees: thread-safe; nothing is allocated
 * for a packet of an established connection. Progress: packets are handled by one thread for each queue, which never
 * waits for another one; starting, {@link #refresh}, {@link #drain} and {@link #close} are blocking: they run commands
 * and wait for each other. The threads keep the JVM alive until the plane is closed; one of them calls {@link
 * Director#advance()} ten times a second.
 *
 * <p>While the plane runs, other programs may undo parts of the set-up: a device goes down and up again, routing tables
 * are flushed, rules are removed, settings are turned back. A check finds that within a few seconds, on a thread of its
 * own. It executes the missing commands again, logs what was missing, and counts it ({@link TunSnapshot#repairs}).
 * Without {@link Builder#setUp} it only logs. Rules, routes and addresses that are not the plane's are not touched. The
 * pause after a check is at least 50 times its duration, up to 15 seconds.
 */
public final class TunPlane implements AutoCloseable {
    private static final long ADVANCE_MILLIS = 100;
    private static final long QUIET_MILLIS = 20;
    private static final long TERMINATION_MILLIS = 5000;
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(2);

    private final TunOptions options;
    private final TunState state;
    private final MultiThreadIoEventLoopGroup group;
    private final LoopLag lag;
    private final List<TunLoop> loops = new ArrayList<>();
    private final List<IoRegistration> registrations = new ArrayList<>();
    private final TunNetwork.Host host;
    private final ChangedServices changed;
    private final @Nullable SetUp setUp;
    private final PeriodicCheck checks;
    // Guarded by this object, as are the network and its check.
    private final TunNetwork network;
    private final SetUpCheck check;
    private boolean started;
    private boolean stopping;

    private TunPlane(Director director, TunOptions options, Duration checkInterval) {
        this.options = options;
        state = new TunState(director, new Marks(options.marks()), NetworkView.empty(options.mtu()));
        NetworkFacts.Host facts = new NetworkFacts.Host();
        host = new TunNetwork.Host(
                () -> facts.read(options.device()),
                NetworkFacts.Host::sourceTowards,
                name -> TunDevice.open(name, false));
        KernelState kernel = new KernelReader(Shell::query, NetworkFacts.Sysctls::read);
        setUp = options.setUp() ? new SetUp(new Shell(), kernel) : null;
        network = new TunNetwork(options, director, host, setUp);
        check = new SetUpCheck(kernel, setUp, System::nanoTime);
        checks = new PeriodicCheck(this::check, checkInterval);
        try {
            group = EventLoops.of(options.queues(), "lvs-tun", false, EpollIoHandler.newFactory());
        } catch (IllegalStateException e) {
            throw new TunException(String.valueOf(e.getMessage()), e);
        }
        lag = new LoopLag(group, TunState.LOGGER);
        changed = ChangedServices.of(director, TunNetwork::affected);
    }

    /** A builder for the plane of a director, whose services the plane forwards for. */
    public static Builder builder(Director director) {
        return new Builder(requireNonNull(director, "director"));
    }

    private synchronized TunPlane begin() {
        try {
            open();
            for (TunLoop loop : loops) {
                registrations.add(loop.start(group.next()));
            }
            Recurring advance =
                    Recurring.of(state.director::advance, TunState.LOGGER, "the director failed to advance");
            group.next().scheduleWithFixedDelay(advance, ADVANCE_MILLIS, ADVANCE_MILLIS, TimeUnit.MILLISECONDS);
            checks.start();
            started = true;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        TunState.LOGGER.info("packet plane started on {}", options.device());
        return this;
    }

    private void open() {
        try {
            for (int i = 0; i < options.queues(); i++) {
                loops.add(new TunLoop(state, TunDevice.open(options.device(), options.queues() > 1)));
            }
            if (setUp != null) {
                setUp.removeLeftovers(options.table(), options.queues() == 1 ? options.device() : "");
            }
            follow();
        } catch (TunException e) {
            throw new TunException(e.getMessage() + commandsForRoot(), e);
        }
    }

    /** The commands that root can run for a user without the privilege. */
    private String commandsForRoot() {
        TunNetwork.Host trialHost = new TunNetwork.Host(host.facts(), address -> null, name -> DeviceOutput.NONE);
        TunNetwork trial = new TunNetwork(options, state.director, trialHost, null);
        try {
            trial.follow(state.director.configuration().services().stream()
                    .map(DirectorConfiguration.Service::key)
                    .toList());
        } catch (TunException | UncheckedIOException e) {
            // The configuration cannot be set up by any user, or the host cannot be examined.
            return "";
        }
        return "\nThe network needs, done by root:\n  ip tuntap add dev " + options.device() + " mode tun"
                + (options.queues() > 1 ? " multi_queue" : "") + " user " + System.getProperty("user.name") + "\n  "
                + String.join("\n  ", trial.steps().stream().map(Step::command).toList());
    }

    /**
     * Completes once each of its event loops has answered: the timer of the loop has run a task. While one is stuck, it
     * does not complete; a supervisor that waits for it, such as the watchdog of systemd, learns that. A plane that
     * is closed has no loop to wait for. Does not block.
     */
    public CompletionStage<Void> heartbeat() {
        return EventLoops.heartbeat(group);
    }

    /** The name of the device, never null. */
    public String device() {
        return options.device();
    }

    /**
     * The commands that the network needs for the services as of the last {@link #refresh()}, in order. Those of
     * {@code ip} are iproute2's. Costs time in proportion to the configuration.
     *
     * @return the commands, unmodifiable
     */
    public synchronized List<String> setUpCommands() {
        return network.steps().stream().map(Step::command).toList();
    }

    /**
     * The commands that take the {@linkplain #setUpCommands() set-up} back, in order. Other parts of the set-up end
     * with the device. Costs time in proportion to the configuration.
     *
     * @return the commands, unmodifiable
     */
    public synchronized List<String> undoCommands() {
        return List.copyOf(SetUp.undoing(network.steps()));
    }

    /**
     * Follows the director's services: their addresses and servers, and the set-up of the network for them.
     *
     * <p>The cost depends on the services that have changed since the last refresh, apart from a copy of some
     * arrays. A change that the network does not depend on, such as that of a weight, costs nothing. If the
     * interfaces of this host have changed, or the route to its servers, everything is planned again; commands are
     * run for differences only. Soon afterwards the set-up is checked in the background, as it is every few seconds; if
     * following fails, it is checked at once, and followed once more if that has repaired anything.
     *
     * @throws TunException if that is not possible; the network is as it was, and the next refresh tries again. So a
     *     caller may take the change back in the director and refresh once more
     * @throws IllegalStateException if the plane has been drained or closed
     */
    public synchronized void refresh() {
        if (stopping) {
            throw new IllegalStateException("the packet plane is closed");
        }
        try {
            follow();
        } catch (TunException e) {
            // It may have failed because something else has undone a part of the set-up.
            if (setUp == null || !check.run(network, this::publish)) {
                throw e;
            }
            follow();
        }
        checks.request();
    }

    private void follow() {
        Set<ServiceKey> keys = changed.take();
        TunNetwork.Update update;
        try {
            update = network.follow(keys);
        } catch (RuntimeException e) {
            changed.putBack(keys);
            throw e;
        }
        publish(update);
    }

    private void publish(TunNetwork.Update update) {
        state.publish(update.view());
        if (!update.unused().isEmpty()) {
            // An event loop may still write to a device that the new view does not name. When each loop has run
            // one more task, none does.
            group.forEach(executor -> executor.submit(() -> {}).awaitUninterruptibly());
            update.unused().forEach(DeviceOutput::close);
        }
        if (started && setUp == null) {
            update.steps().added().forEach(step -> TunState.LOGGER.warn("the network needs now: {}", step.command()));
            SetUp.undoing(update.steps().obsolete())
                    .forEach(command ->
                            TunState.LOGGER.warn("the network no longer needs what this takes back: {}", command));
        }
    }

    private synchronized boolean check() {
        if (group.isShuttingDown() || state.ended.isDone()) {
            return false;
        }
        try {
            return check.run(network, this::publish);
        } catch (RuntimeException | Error e) {
            TunState.LOGGER.error("the set-up of the network could not be checked", e);
            return false;
        }
    }

    /** The counters of all queues together. */
    public TunSnapshot snapshot() {
        return TunCounters.sum(loops.stream().map(loop -> loop.counters).toList(), check.repairs());
    }

    /** How late its event loops run what is due. */
    LoopLag loopLag() {
        return lag;
    }

    /**
     * Completes when the plane is closed, or exceptionally with a {@link TunException} as soon as its device cannot be
     * read any more, for instance because it has been removed.
     *
     * @return a new future; the value is null
     */
    public CompletableFuture<Void> ended() {
        return state.ended.copy();
    }

    /**
     * Drains every server ({@link Director#drain}), waits until no connection is active, and {@link #close() closes} the
     * plane. Connections that are left break then: no packet tells their clients. The servers stay drained. The number of connections left is logged once a second. An interrupt of the thread ends the wait, and stays set.
     *
     * @param deadline the longest time to wait; zero or less does not wait
     * @return whether no connection was active at the end
     */
    public boolean drain(Duration deadline) {
        requireNonNull(deadline, "deadline");
        synchronized (this) {
            stopping = true;
        }
        try {
            return new TunDrain(state).await(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            close();
        }
    }

    /** Takes the set-up back, and closes the device. Connections break. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            stopping = true;
            if (group.isShuttingDown()) {
                return;
            }
            shutDown();
        }
        // Without the plane's lock: a listener of the director may be waiting for that, with the director's lock held.
        changed.close();
        TunState.LOGGER.info("packet plane stopped");
    }

    private void shutDown() {
        checks.close();
        network.undo();
        registrations.forEach(IoRegistration::cancel);
        group.shutdownGracefully(QUIET_MILLIS, TERMINATION_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
        loops.forEach(TunLoop::close);
        network.closeDevices();
        state.ended.complete(null);
    }

    /** Builds a plane. {@link #start()} checks the numbers. Not thread-safe. */
    public static final class Builder {
        private final Director director;
        private final List<Marks.Mark> marks = new ArrayList<>();
        private String device = "lvs0";
        private int mtu = 1500;
        private int queues = 1;
        private int table = 5300;
        private boolean setUp;
        private Duration checkInterval = CHECK_INTERVAL;

        private Builder(Director director) {
            this.director = director;
        }

        /**
         * The name of the device, {@code lvs0} by default: a letter, then letters, digits, {@code _} and {@code -}, 15
         * characters at most, or 11 with servers of direct routing, whose devices add a number. The device is created
         * unless it exists.
         */
        public Builder device(String name) {
            device = requireNonNull(name, "name");
            return this;
        }

        /**
         * The largest packet in bytes, 1280..65535, that the device takes and that fits through to the servers; 1500 by
         * default. A packet that does not fit into a tunnel is answered with an ICMP error that says which size does.
         */
        public Builder mtu(int bytes) {
            mtu = bytes;
            return this;
        }

        /**
         * The number of queues, each with a thread, 1..64; 1 by default. The kernel keeps a connection in one queue.
         */
        public Builder queues(int value) {
            queues = value;
            return this;
        }

        /** The first number of rules and routing tables, 256..30000; 5300 by default. */
        public Builder table(int number) {
            table = number;
            return this;
        }

        /**
         * Whether to run the set-up commands, to repair what other programs undo, and to take everything back at the
         * end; by default the commands are only listed.
         */
        public Builder setUp(boolean value) {
            setUp = value;
            return this;
        }

        /** The shortest pause between two checks of the set-up; zero for no checks. */
        Builder checkInterval(Duration value) {
            checkInterval = value;
            return this;
        }

        /**
         * Gives packets a firewall mark, which leads them to the service of that mark. The marks that the kernel has
         * given are not visible here.
         *
         * @param protocol the protocol of the packets
         * @param endpoint the destination of the packets; port 0 stands for every port
         * @param mark an unsigned number, not 0
         */
        public Builder mark(Protocol protocol, Endpoint endpoint, int mark) {
            marks.add(new Marks.Mark(requireNonNull(protocol, "protocol"), requireNonNull(endpoint, "endpoint"), mark));
            return this;
        }

        /**
         * Opens the device, sets the network up if {@link #setUp} is on, and starts. Costs time in proportion
         * to the configuration.
         *
         * @return the plane, which the caller must close
         * @throws IllegalArgumentException naming every option that is out of range
         * @throws IllegalStateException if the application has a Netty older than 4.2
         * @throws TunException if the device cannot be opened or the network cannot be set up; nothing is left behind
         */
        public TunPlane start() {
            NettyVersion.require();
            TunOptions options = new TunOptions(device, mtu, queues, table, setUp, marks);
            TunDevice.requireNative();
            return new TunPlane(director, options, checkInterval).begin();
        }
    }
}
