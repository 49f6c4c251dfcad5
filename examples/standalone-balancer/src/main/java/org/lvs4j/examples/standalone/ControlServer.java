package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.Rules;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the control socket: one command per connection, any number of clients. One thread receives and sends, so that
 * a client that is slow delays no other; {@link CommandThreads} execute. Connections, memory and every wait are
 * bounded:
 * <ul>
 *   <li>{@value #MAX_CONNECTIONS} connections are open; further clients wait in the system's queue. Then, clients that
 *       have been idle for two seconds are closed.
 *   <li>Standard input is received when there is memory for all of it; clients get memory in order.
 *   <li>An answer waits for its client in {@value OutgoingFrames#MAX_BYTES} bytes.
 * </ul>
 * A malformed request gets an error or a closed connection, and the server continues.
 */
final class ControlServer implements AutoCloseable {
    /** The protocol version of the daemon and the tool. */
    static final String VERSION = "lvs4j-control-2";

    static final int MAX_CONNECTIONS = 256;

    /** The most bytes of rules: as many as a file may have. */
    static final int MAX_INPUT_BYTES = TextFile.MAX_BYTES_PER_CHARACTER * Rules.MAX_TEXT_LENGTH;

    /** The least that a client sends of its standard input in the time that {@link Limits#input} gives. */
    static final int MIN_INPUT_BYTES = 64 * 1024;

    /** How often a client is told that its command waits. */
    static final Duration WAIT_INTERVAL = Duration.ofSeconds(10);

    /** Standard input of all clients together may take this part of the heap. */
    private static final int HEAP_PART = 16;

    private static final Duration IDLE_AT_LIMIT = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final long TICK_MILLIS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private final ControlSocket socket;
    private final ControlCommands commands;
    private final Limits limits;
    private final Selector selector;
    private final ServerSocketChannel listener;
    private final SelectionKey accepting;
    private final @Nullable Handover handover;
    private final CommandThreads threads;
    private final Thread thread;
    private final SpareDescriptors spares = new SpareDescriptors();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(Frame.HEADER_BYTES + Frame.MAX_PAYLOAD_BYTES);
    private final Set<ControlConnection> connections = new LinkedHashSet<>();
    private final Queue<ControlConnection> waitingForMemory = new ArrayDeque<>();
    private final Queue<ControlConnection> attention = new ConcurrentLinkedQueue<>();
    private final Set<ControlConnection> granted = new LinkedHashSet<>();
    private final LongAdder refused = new LongAdder();
    private long grantedBytes;
    private long pausedUntilNanos = System.nanoTime();
    private long warnedNanos = System.nanoTime() - TimeUnit.MINUTES.toNanos(1);
    private volatile boolean closed;
    private volatile boolean retiring;

    /**
     * The time limits of a client.
     *
     * @param command until its command line has arrived
     * @param input until the next {@value #MIN_INPUT_BYTES} bytes of standard input have arrived
     * @param answer until it takes more of its answer
     */
    record Limits(Duration command, Duration input, Duration answer) {
        static final Limits DEFAULT = new Limits(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMinutes(5));
    }

    private ControlServer(
            ControlSocket socket,
            ControlCommands commands,
            Limits limits,
            @Nullable Handover handover,
            BiFunction<Runnable, String, Thread> threadMaker)
            throws IOException {
        this.handover = handover;
        this.socket = socket;
        this.commands = commands;
        this.limits = limits;
        selector = Selector.open();
        ServerSocketChannel bound = null;
        try {
            bound = socket.listen();
            bound.configureBlocking(false);
            accepting = bound.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException | RuntimeException e) {
            selector.close();
            if (bound != null) {
                bound.close();
            }
            throw e;
        }
        listener = bound;
        threads = new CommandThreads(commands, limits.answer(), this::attend, threadMaker);
        thread = new Thread(this::serve, "lvsd-control");
        thread.setDaemon(true);
    }

    static ControlServer start(ControlSocket socket, ControlCommands commands, Limits limits) throws IOException {
        return start(socket, commands, limits, null);
    }

    /**
     * Starts a server.
     *
     * @param handover gets requests of other daemons; null to refuse them
     */
    static ControlServer start(
            ControlSocket socket, ControlCommands commands, Limits limits, @Nullable Handover handover)
            throws IOException {
        return start(socket, commands, limits, handover, Thread::new);
    }

    /** Starts a server whose commands are executed by certain threads. */
    static ControlServer start(
            ControlSocket socket,
            ControlCommands commands,
            Limits limits,
            @Nullable Handover handover,
            BiFunction<Runnable, String, Thread> threadMaker)
            throws IOException {
        ControlServer server = new ControlServer(socket, commands, limits, handover, threadMaker);
        server.spares.refill();
        server.thread.start();
        return server;
    }

    /**
     * What clients have asked for so far.
     *
     * @param done commands executed with success
     * @param failed commands executed without
     * @param refused requests that were not executed: malformed, too slow, or too many
     */
    record Counts(long done, long failed, long refused) {}

    Counts counts() {
        return new Counts(threads.done(), threads.failed(), refused.sum());
    }

    /** Counts a request that is not executed. */
    void countRefused() {
        refused.increment();
    }

    Limits limits() {
        return limits;
    }

    /** The buffer of all connections, for the selector's thread. */
    ByteBuffer buffer() {
        return buffer;
    }

    ControlCommands.Kind kind(List<String> arguments) {
        return commands.kind(arguments);
    }

    /** Lets the selector's thread send what a command has added. Called by any thread. */
    void attend(ControlConnection connection) {
        attention.add(connection);
        selector.wakeup();
    }

    private void serve() {
        while (!closed) {
            try {
                turn();
            } catch (ClosedSelectorException e) {
                return;
            } catch (IOException | RuntimeException | Error e) {
                failed(e);
                pausedUntilNanos = System.nanoTime() + PAUSE.toNanos();
            }
        }
        closeAll();
    }

    private void failed(Throwable e) {
        try {
            warn(Reason.of(e));
        } catch (OutOfMemoryError again) {
            // There is no memory for a line either. The server continues as soon as there is.
            pausedUntilNanos = System.nanoTime() + PAUSE.toNanos();
        }
    }

    private void turn() throws IOException {
        boolean open = System.nanoTime() - pausedUntilNanos >= 0 && connections.size() < MAX_CONNECTIONS;
        accepting.interestOps(open ? SelectionKey.OP_ACCEPT : 0);
        int ready = selector.select(connections.isEmpty() && open && !retiring ? 0 : TICK_MILLIS);
        if (retiring && open && ready == 0 && connections.isEmpty()) {
            closed = true;
        }
        for (ControlConnection next = attention.poll(); next != null; next = attention.poll()) {
            attendTo(next, ControlConnection::transmit);
        }
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isValid() && key.isAcceptable()) {
                acceptOne();
            } else if (key.attachment() instanceof ControlConnection connection) {
                attendTo(connection, served -> serve(served, key));
            }
        }
        selector.selectedKeys().clear();
        look(System.nanoTime());
        spares.refill();
    }

    private static void serve(ControlConnection connection, SelectionKey key) {
        if (key.isValid() && key.isReadable()) {
            connection.receive();
        }
        if (key.isValid() && key.isWritable()) {
            connection.transmit();
        }
    }

    /** Closes a connection whose turn fails, so that its client does not wait for an answer that has been lost. */
    private void attendTo(ControlConnection connection, Consumer<ControlConnection> turn) {
        try {
            turn.accept(connection);
        } catch (RuntimeException | Error e) {
            connection.close();
            failed(e);
        }
    }

    private void acceptOne() throws IOException {
        SocketChannel channel = accepted();
        if (channel == null) {
            return;
        }
        try {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, 0);
            ControlConnection connection = new ControlConnection(channel, key, this);
            key.attach(connection);
            connections.add(connection);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    /**
     * The next client, or null if there is none, or no file descriptor for it. Spare ones are given up in the same turn,
     * whose end takes them back: other threads that want one have no time to get it.
     */
    private @Nullable SocketChannel accepted() throws IOException {
        while (true) {
            try {
                return listener.accept();
            } catch (IOException e) {
                if (!spares.release()) {
                    warn("cannot accept: " + Reason.of(e));
                    pausedUntilNanos = System.nanoTime() + PAUSE.toNanos();
                    return null;
                }
            }
        }
    }

    private void look(long nowNanos) {
        for (ControlConnection connection : List.copyOf(granted)) {
            if (connection.isClosed() && !threads.isExecuting(connection)) {
                releaseMemory(connection);
            }
        }
        boolean full = connections.size() >= MAX_CONNECTIONS;
        for (ControlConnection connection : List.copyOf(connections)) {
            if (full && connection.idleNanos(nowNanos) >= IDLE_AT_LIMIT.toNanos()) {
                connection.refuse(MAX_CONNECTIONS + " control connections are open, and this one was idle");
                connection.close();
            } else {
                connection.look(nowNanos);
            }
        }
    }

    /** Lets the handover talk to another daemon on a connection. */
    void handOver(ControlConnection connection) {
        if (handover == null) {
            connection.refuse("a takeover is not possible here");
        } else {
            handover.start(connection.detach(), connection.arguments());
        }
    }

    void execute(ControlConnection connection) {
        threads.execute(connection);
    }

    /** Lets a client send its standard input as soon as there is memory for it. */
    void awaitMemory(ControlConnection connection) {
        waitingForMemory.add(connection);
        grantMemory();
    }

    private void grantMemory() {
        long most = Runtime.getRuntime().maxMemory() / HEAP_PART;
        for (ControlConnection next = waitingForMemory.peek(); next != null; next = waitingForMemory.peek()) {
            if (!granted.isEmpty() && grantedBytes + next.inputSize() > most) {
                return;
            }
            waitingForMemory.remove();
            try {
                HeapRoom.require(TextFile.STANDARD_INPUT_NAME, next.inputSize());
                granted.add(next);
                grantedBytes += next.inputSize();
                next.grantInput();
            } catch (RulesInvalidException e) {
                next.refuse(String.valueOf(e.getMessage()));
            } catch (OutOfMemoryError e) {
                // The client that waits is refused, and not the one whose end has made room.
                granted.remove(next);
                grantedBytes -= next.inputSize();
                next.refuse(Reason.of(e));
            }
        }
    }

    /** Gives back the memory of a client, or its place in the queue for it. Idempotent. */
    void releaseMemory(ControlConnection connection) {
        boolean waited = waitingForMemory.remove(connection);
        if (granted.remove(connection)) {
            grantedBytes -= connection.inputSize();
            waited = true;
        }
        if (waited) {
            grantMemory();
        }
    }

    /** Called by a connection that has been closed. */
    void forget(ControlConnection connection) {
        connections.remove(connection);
    }

    /** Logs a warning, at most one a minute: clients could cause many. */
    private void warn(String reason) {
        long nowNanos = System.nanoTime();
        if (nowNanos - warnedNanos >= TimeUnit.MINUTES.toNanos(1)) {
            warnedNanos = nowNanos;
            LOG.warn("control socket: {}", reason);
        }
    }

    private void closeAll() {
        List.copyOf(connections).forEach(ControlConnection::close);
        try {
            listener.close();
            selector.close();
            spares.close();
        } catch (IOException e) {
            LOG.warn("control socket: {}", Reason.of(e));
        }
    }

    /**
     * Answers all clients that have connected so far, and stops. New ones connect elsewhere: the path is another
     * daemon's.
     */
    void retire(Duration limit) throws InterruptedException {
        retiring = true;
        selector.wakeup();
        thread.join(limit.toMillis());
    }

    /** Stops listening and removes the socket. Running commands are not interrupted. Idempotent. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(PAUSE.toMillis() * 5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.close();
        socket.close();
    }
}
