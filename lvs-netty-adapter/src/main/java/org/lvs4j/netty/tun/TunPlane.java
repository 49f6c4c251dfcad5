package org.lvs4j.netty.tun;

import static java.util.Objects.requireNonNull;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/**
 * Forwards the packets of a director's services through a TUN device of Linux: masquerading (LVS-NAT), tunnels
 * (LVS-TUN) and direct routing (LVS-DR), so that servers see their clients' addresses.
 *
 * <p>The kernel hands packets over by routes into the device, and forwards what comes out of it. The commands for that
 * are {@link #setUpCommands()}; with {@link Builder#setUp} they are done, kept in step with the director's services, and
 * taken back by {@link #close()}. Opening a device needs root, CAP_NET_ADMIN, or a device made for the user beforehand;
 * the commands need root or CAP_NET_ADMIN.
 *
 * <pre>{@code
 * TunPlane plane = TunPlane.builder(director).device("lvs0").setUp(true).start();
 * }</pre>
 *
 * <p>Assumptions: Linux, {@code org.drasyl:netty-tun}, {@code net.java.dev.jna:jna} and Netty's native epoll transport
 * at hand; the director's clock follows real time. Guarantees: thread-safe; nothing is allocated for a packet of an
 * established connection. Progress: packets are handled by one thread for each queue, which never waits for another;
 * starting, {@link #refresh}, {@link #drain} and {@link #close} run commands and wait for them. The threads keep the JVM
 * alive until the plane is closed; they call {@link Director#advance()} ten times a second.
 */
public final class TunPlane implements AutoCloseable {
    private static final long ADVANCE_MILLIS = 100;
    private static final long POLL_MILLIS = 50;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long QUIET_MILLIS = 20;
    private static final long TERMINATION_MILLIS = 5000;

    private final TunOptions options;
    private final TunState state;
    private final NetworkFacts.Host host = new NetworkFacts.Host();
    private final SetUp setUp;
    private final MultiThreadIoEventLoopGroup group;
    private final List<TunLoop> loops = new ArrayList<>();
    private final List<IoRegistration> registrations = new ArrayList<>();
    // Guarded by this object, as is whatever follows the configuration.
    private final Map<IpAddress, Integer> directNumbers = new HashMap<>();
    private final Map<IpAddress, TunDevice> directDevices = new HashMap<>();
    private List<Step> steps = List.of();
    private boolean stopping;

    private TunPlane(Director director, TunOptions options) {
        this.options = options;
        setUp = new SetUp(new Shell()::run);
        DesiredNetwork nothing = DesiredNetwork.by(List.of(), List.of(), Map.of());
        state = new TunState(
                director,
                new Marks(options.marks()),
                new NetworkView(options.mtu(), nothing, Map.of(), address -> null));
        group = new MultiThreadIoEventLoopGroup(
                options.queues(), new DefaultThreadFactory("lvs-tun"), EpollIoHandler.newFactory());
    }

    /** A builder for the plane of a director. */
    public static Builder builder(Director director) {
        return new Builder(requireNonNull(director, "director"));
    }

    private synchronized TunPlane begin() {
        try {
            try {
                open();
            } catch (TunException e) {
                throw new TunException(e.getMessage() + byHand(), e);
            }
            for (TunLoop loop : loops) {
                IoEventLoop executor = group.next();
                IoRegistration registration =
                        executor.register(loop).syncUninterruptibly().getNow();
                registrations.add(registration);
                registration.submit(EpollIoOps.EPOLLIN);
            }
            group.next().scheduleWithFixedDelay(this::advance, ADVANCE_MILLIS, ADVANCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        TunState.LOGGER.info("packet plane started on {}", options.device());
        return this;
    }

    private void open() {
        for (int i = 0; i < options.queues(); i++) {
            loops.add(new TunLoop(state, TunDevice.open(options.device(), options.queues() > 1)));
        }
        if (options.setUp()) {
            setUp.removeRests(options.table());
        }
        follow();
    }

    /** What an operator could do who may, for one who may not. */
    private String byHand() {
        List<String> commands;
        try {
            commands = plan(wanted()).stream().map(Step::command).toList();
        } catch (TunException e) {
            // What is wanted is what is wrong.
            return "";
        }
        return "\nThe network needs, done by root:\n  ip tuntap add dev " + options.device() + " mode tun"
                + (options.queues() > 1 ? " multi_queue" : "") + " user " + System.getProperty("user.name") + "\n  "
                + String.join("\n  ", commands);
    }

    private DesiredNetwork wanted() {
        return DesiredNetwork.by(state.director.services(), new Marks(options.marks()).addresses(), directNumbers);
    }

    private List<Step> plan(DesiredNetwork wanted) {
        return SetUpPlan.of(options.device(), options.table(), options.mtu(), wanted, host.read(options.device()));
    }

    private void advance() {
        try {
            state.director.advance();
        } catch (RuntimeException e) {
            // Going on is better than a director whose time stands still.
            TunState.LOGGER.error("the director failed to advance", e);
        }
    }

    /** The name of the device. */
    public String device() {
        return options.device();
    }

    /** The commands that the network needs for the present services, in order. Those of {@code ip} are iproute2's. */
    public synchronized List<String> setUpCommands() {
        return steps.stream().map(Step::command).toList();
    }

    /** The commands that take them back, in order. What is not undone here ends with the device. */
    public synchronized List<String> undoCommands() {
        return SetUp.undoing(steps);
    }

    /**
     * Follows the director's services: their addresses and servers, and what the network needs for them.
     *
     * @throws TunException if that cannot be; the network is as it was
     * @throws IllegalStateException if the plane has been drained or closed
     */
    public synchronized void refresh() {
        if (stopping) {
            throw new IllegalStateException("the packet plane is closed");
        }
        List<Step> before = steps;
        follow();
        if (!options.setUp() && !steps.equals(before)) {
            steps.stream()
                    .filter(step -> !before.contains(step))
                    .forEach(step -> TunState.LOGGER.warn("the network needs now: {}", step.command()));
            List<Step> obsolete = new ArrayList<>(before);
            obsolete.removeAll(steps);
            SetUp.undoing(obsolete)
                    .forEach(command ->
                            TunState.LOGGER.warn("the network no longer needs what this takes back: {}", command));
        }
    }

    private void follow() {
        DesiredNetwork wanted = wanted();
        List<IpAddress> opened = new ArrayList<>();
        try {
            wanted.direct().forEach((server, number) -> {
                if (!directDevices.containsKey(server)) {
                    String name = SetUpPlan.directDevice(options.device(), number);
                    directDevices.put(server, TunDevice.open(name, false));
                    opened.add(server);
                }
            });
            List<Step> next = plan(wanted);
            if (options.setUp()) {
                setUp.change(next);
            }
            steps = next;
        } catch (RuntimeException e) {
            opened.forEach(server -> directDevices.remove(server).close());
            throw e;
        }
        directNumbers.clear();
        directNumbers.putAll(wanted.direct());
        List<TunDevice> gone = new ArrayList<>();
        directDevices
                .entrySet()
                .removeIf(entry -> !wanted.direct().containsKey(entry.getKey()) && gone.add(entry.getValue()));
        state.publish(new NetworkView(options.mtu(), wanted, directDevices, NetworkFacts.Host::sourceTowards));
        gone.forEach(this::closeBehindTheLoops);
    }

    /** A loop may still be about to write to a device that is no longer in the view: it is closed when all have passed. */
    private void closeBehindTheLoops(TunDevice device) {
        group.forEach(executor -> executor.submit(() -> {}).awaitUninterruptibly());
        device.close();
    }

    /** What it has done so far. */
    public TunSnapshot snapshot() {
        return TunCounters.sum(loops.stream().map(loop -> loop.counters).toList());
    }

    /**
     * Completes when the plane is closed, exceptionally with a {@link TunException} as soon as its device cannot be read
     * any more, for instance because somebody has removed it.
     */
    public CompletableFuture<Void> ended() {
        return state.ended.copy();
    }

    /**
     * Gives every server weight 0, waits until no connection is active, and {@link #close() closes} the plane. The number
     * of connections left is logged once a second.
     *
     * @param deadline how long to wait at most
     * @return whether no connection was active at the end
     */
    public boolean drain(Duration deadline) {
        long end = System.nanoTime()
                + Math.max(0, Math.min(deadline.toSeconds(), TimeUnit.DAYS.toSeconds(365)))
                        * TimeUnit.SECONDS.toNanos(1)
                + deadline.toNanosPart();
        synchronized (this) {
            stopping = true;
        }
        boolean all = false;
        try {
            quiesce();
            long nextProgress = System.nanoTime();
            while (true) {
                int active = activeConnections();
                long now = System.nanoTime();
                all = active == 0;
                if (all || now - end >= 0 || state.ended.isDone()) {
                    break;
                }
                if (now - nextProgress >= 0) {
                    long seconds = TimeUnit.NANOSECONDS.toSeconds(end - now);
                    TunState.LOGGER.info("draining: {} connections left, {} s to go", active, seconds);
                    nextProgress = now + PROGRESS_NANOS;
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
        return all;
    }

    private void quiesce() {
        for (ServiceSnapshot service : state.director.services()) {
            for (ServerSnapshot server : service.servers()) {
                try {
                    state.director.editServer(
                            service.service().key(), server.server().withWeight(0));
                } catch (DirectorException e) {
                    TunState.LOGGER.debug("removed meanwhile", e);
                }
            }
        }
    }

    private int activeConnections() {
        int active = 0;
        for (ServiceSnapshot service : state.director.services()) {
            for (ServerSnapshot server : service.servers()) {
                active += server.active();
            }
        }
        return active;
    }

    /** Takes back what was set up, and closes the device. Connections break. Idempotent. */
    @Override
    public synchronized void close() {
        stopping = true;
        if (group.isShuttingDown()) {
            return;
        }
        setUp.undo();
        registrations.forEach(IoRegistration::cancel);
        group.shutdownGracefully(QUIET_MILLIS, TERMINATION_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
        loops.forEach(TunLoop::close);
        directDevices.values().forEach(TunDevice::close);
        directDevices.clear();
        state.ended.complete(null);
        TunState.LOGGER.info("packet plane stopped");
    }

    /** Collects how a plane is to behave; not thread-safe. */
    public static final class Builder {
        private final Director director;
        private final List<Marks.Mark> marks = new ArrayList<>();
        private String device = "lvs0";
        private int mtu = 1500;
        private int queues = 1;
        private int table = 5300;
        private boolean setUp;

        private Builder(Director director) {
            this.director = director;
        }

        /**
         * The name of the device, {@code lvs0} by default: a letter, then letters, digits, {@code _} and {@code -}, 15
         * characters at most, or 11 with servers of direct routing, whose devices add a number. It is made unless it
         * exists.
         */
        public Builder device(String name) {
            device = requireNonNull(name, "name");
            return this;
        }

        /**
         * The largest packet in bytes, 1280..65535, that the device takes and the way to the servers lets through; 1500
         * by default. What does not fit into a tunnel is answered with an ICMP error that says what does.
         */
        public Builder mtu(int bytes) {
            mtu = bytes;
            return this;
        }

        /** The number of queues, each with a thread, 1..64; 1 by default. The kernel keeps a connection in one queue. */
        public Builder queues(int value) {
            queues = value;
            return this;
        }

        /** The first number of rules and routing tables, 256..30000; 5300 by default. */
        public Builder table(int number) {
            table = number;
            return this;
        }

        /** Whether to do the set-up commands, and to take them back at the end; by default they are only told. */
        public Builder setUp(boolean value) {
            setUp = value;
            return this;
        }

        /**
         * Gives packets a firewall mark, and so brings them to the service of that mark. The marks that the kernel has
         * given are not visible here.
         *
         * @param endpoint where the packets go to; port 0 stands for every port
         * @param mark an unsigned number, not 0
         */
        public Builder mark(Protocol protocol, Endpoint endpoint, int mark) {
            marks.add(new Marks.Mark(requireNonNull(protocol, "protocol"), requireNonNull(endpoint, "endpoint"), mark));
            return this;
        }

        /**
         * Opens the device and starts.
         *
         * @throws IllegalArgumentException naming everything that is out of range
         * @throws TunException if the device cannot be opened or the network cannot be set up; nothing is left behind
         */
        public TunPlane start() {
            TunOptions options = new TunOptions(device, mtu, queues, table, setUp, List.copyOf(marks));
            TunDevice.requireNative();
            return new TunPlane(director, options).begin();
        }
    }
}
