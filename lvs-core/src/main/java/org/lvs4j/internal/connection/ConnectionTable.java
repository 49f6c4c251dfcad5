package org.lvs4j.internal.connection;

import java.lang.ref.Reference;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.PerThread;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.internal.concurrent.Ticks;
import org.lvs4j.internal.concurrent.TimerWheel;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * Every live connection, and the time by which idle ones end.
 *
 * <p>Connections of the packet plane are fixed-size records in flat memory, in one {@link FlowTable} for each address family;
 * a thread deals with them through a {@link ConnectionCursor} of its own. Connections that somebody holds are objects
 * ({@link HeldConnection}) that no packet finds and time alone never ends.
 *
 * <p>Guarantees: a connection is counted on its server from its insertion until it expires or is removed, exactly once,
 * whatever threads race. Progress: lock-free, but for {@link Replies}.
 */
public final class ConnectionTable {
    /** The highest number that whatever places connections may have. */
    public static final int MAX_CONTROLLER = FlowRecord.MAX_CONTROLLER;

    private final FlowTable narrow;
    private final FlowTable wide;
    private final Replies replies = new Replies();
    private final IdTable<ServerState> servers;
    private final IdTable<TemplateHandle> controllers;
    private final IdTable<HeldConnection> held = new IdTable<>(HeldConnection[]::new, Integer.MAX_VALUE);

    // Connections that can be found or are held and listed, and those that are about to be.
    private final LongAdder counted = new LongAdder();

    private final Timeouts timeouts;
    private final TimerWheel wheel;
    private final int capacity;
    private final Ticks ticks;
    private final AtomicLong nextTick = new AtomicLong(1);
    private final FastPath steady;
    private final Stripes stripes = new Stripes();
    private final PerThread<ConnectionCursor> cursors =
            new PerThread<>(() -> new ConnectionCursor(this, AddressFamily.IPV4, new FlowLookup(), stripes));

    /** Shown each connection. */
    public interface Visitor {
        /** The cursor is valid during the call only; it may change or end the connection. */
        void visit(ConnectionCursor connection);
    }

    /**
     * An empty table.
     *
     * @param servers all servers, by numbers of up to 24 bits
     * @param controllers all that may have placed connections, by numbers up to {@link #MAX_CONTROLLER}
     * @param wheel the timers of everything else, turned together with those of the table
     * @param capacity how many connections it holds at most
     */
    public ConnectionTable(
            Timeouts timeouts,
            IdTable<ServerState> servers,
            IdTable<TemplateHandle> controllers,
            TimerWheel wheel,
            int capacity,
            long nowNanos) {
        this.timeouts = timeouts;
        this.servers = servers;
        this.controllers = controllers;
        this.wheel = wheel;
        this.capacity = capacity;
        ticks = new Ticks(nowNanos);
        SecureRandom random = new SecureRandom();
        narrow = new FlowTable(false, random.nextLong(), 1, probe -> ended(probe, AddressFamily.IPV4));
        wide = new FlowTable(true, random.nextLong(), 1, probe -> ended(probe, AddressFamily.IPV6));
        steady = new FastPath(narrow, servers, timeouts, ticks);
    }

    /** The calling thread's cursor. */
    public ConnectionCursor cursor() {
        return cursors.get();
    }

    /** The calling thread's cursor, at the connection of a packet from its client; or null if there is none. */
    public @Nullable ConnectionCursor find(Flow flow) {
        ConnectionCursor cursor = cursors.get();
        return cursor.find(flow) ? cursor : null;
    }

    /**
     * Follows a packet of a client and counts it, if that is simple, as it is for most packets.
     *
     * @return the server's number, times 2^24; whether it answers the client itself, times 2^16; and the port at it. Negative if it is
     *     not that simple: then nothing has happened
     */
    public long follow(Flow flow, int signal, int bytes, long nowNanos) {
        ConnectionCursor cursor = cursors.get();
        long followed = steady.follow(flow, signal, bytes, cursor.stripe(), nowNanos);
        // The stripe is another thread's as soon as the cursor is gone.
        Reference.reachabilityFence(cursor);
        return followed;
    }

    /** Has the memory of a packet's connection fetched, so that looking for it a moment later need not wait. */
    public void prefetch(Flow flow) {
        long identity = FlowRecord.identity(
                flow.sourcePort(), flow.destinationPort(), flow.protocol().number());
        if (flow.family() == AddressFamily.IPV4) {
            narrow.touch(FlowRecord.addresses(flow.sourceLow(), flow.destinationLow()), 0, 0, 0, identity);
        } else {
            wide.touch(flow.sourceHigh(), flow.sourceLow(), flow.destinationHigh(), flow.destinationLow(), identity);
        }
    }

    FlowTable flows(AddressFamily family) {
        return family == AddressFamily.IPV4 ? narrow : wide;
    }

    Replies replies() {
        return replies;
    }

    IdTable<ServerState> servers() {
        return servers;
    }

    IdTable<TemplateHandle> controllers() {
        return controllers;
    }

    /** The timeouts in force. */
    public Timeouts timeouts() {
        return timeouts;
    }

    // ---- time

    Ticks ticks() {
        return ticks;
    }

    /** The tick at which a connection ends that is in a meta word's state and stays idle from now on. */
    int deadline(long meta, long nowNanos) {
        // A timeout is a number of whole ticks.
        return ticks.notBefore(nowNanos) + timeouts.ticks(FlowRecord.state(meta));
    }

    /**
     * Ends what is due, tick by tick, connections before what has placed them, so that a long pause between two calls makes no
     * difference to what ends.
     *
     * @return the moment before which nothing more is due
     */
    public long advance(long nowNanos) {
        long due = ticks.last(nowNanos);
        for (long tick = nextTick.get(); tick <= due; tick = nextTick.get()) {
            if (nextTick.compareAndSet(tick, tick + 1)) {
                narrow.advance((int) tick);
                wide.advance((int) tick);
                wheel.advance(ticks.nanosOf(tick));
            }
        }
        return ticks.nanosOf(due + 1);
    }

    // ---- what happens to connections

    /** No packet finds a connection any more; what its meta word was before. */
    void unlisted(FlowLookup probe, long before, AddressFamily family) {
        counted.decrement();
        ServerState server = servers.get(FlowRecord.server(probe.identity));
        if (server != null && FlowRecord.has(before, FlowRecord.INDEXED)) {
            leaveReplies(probe, before, family, server);
        }
    }

    /** A connection is not in its table any more. Whoever took it out says so, once. */
    void ended(FlowLookup probe, AddressFamily family) {
        long meta = probe.meta;
        ServerState server = servers.get(FlowRecord.server(probe.identity));
        if (server == null) {
            throw new IllegalStateException("no server has the number " + FlowRecord.server(probe.identity)
                    + " to which a connection was bound until now");
        }
        if (!FlowRecord.has(meta, FlowRecord.UNLISTED)) {
            counted.decrement();
        }
        if (FlowRecord.has(meta, FlowRecord.INDEXED)) {
            leaveReplies(probe, meta, family, server);
        }
        TemplateHandle controller = controllers.get(probe.controller);
        // Last: from here on the numbers may be given to others.
        server.release(ConnectionRules.active(meta));
        if (controller != null) {
            controller.releaseConnection();
        }
    }

    /** Takes a connection that has ended, or whose end is uncertain, out of the index unless it or a successor remains. */
    void leaveReplies(FlowLookup probe, long meta, AddressFamily family, ServerState server) {
        Endpoint endpoint = server.config().endpoint();
        int serverPort =
                FlowRecord.has(meta, FlowRecord.PORT_KEPT) ? FlowRecord.virtualPort(probe.identity) : endpoint.port();
        FlowLookup successor = new FlowLookup();
        replies.leave(new ReplyKey().of(probe, family, endpoint.address(), serverPort), way -> {
            successor.fill(probe, family, way.virtualHigh(), way.virtualLow(), way.virtualPort());
            return flows(family).find(successor) && FlowRecord.has(successor.meta, FlowRecord.INDEXED);
        });
    }

    /**
     * Binds a connection that the caller holds and will {@linkplain #release release}.
     *
     * @param flow who talks to whom, or null if that does not matter
     * @param listed whether it is to be seen among the connections; the caller has then {@linkplain #reserve reserved} its place, which its
     *     release gives back
     * @param controller the template that places it, already counting it, or null
     * @return the connection, or null if the server has been forgotten meanwhile; then the controller
     *     counts it no more
     */
    public @Nullable HeldConnection hold(
            Protocol protocol,
            @Nullable Flow flow,
            boolean listed,
            ServerState server,
            int serverPort,
            @Nullable TemplateHandle controller,
            long nowNanos) {
        if (!server.bind(protocol == Protocol.TCP)) {
            if (controller != null) {
                controller.releaseConnection();
            }
            return null;
        }
        int number = listed ? held.take() : 0;
        HeldConnection connection =
                new HeldConnection(protocol, flow, listed, number, server, serverPort, controller, timeouts, nowNanos);
        if (number != 0) {
            held.set(number, connection);
        }
        return connection;
    }

    /** Ends a held connection. Only the first call does anything. */
    public void release(HeldConnection connection) {
        if (connection.release() && connection.listed()) {
            if (connection.number() != 0) {
                held.free(connection.number());
            }
            unreserve();
        }
    }

    // ---- all of them

    /** How many connections can be found or are held and listed; exact at rest. */
    public long size() {
        return counted.sum();
    }

    /**
     * Counts a connection that is about to be, if it fits under the ceiling.
     *
     * <p>Each one counts itself before it looks at the sum. So the last of those that were let in has seen all the others, and
     * there are never too many; of threads that race for the last place, on the other hand, all may be turned away.
     */
    public boolean reserve() {
        counted.increment();
        if (counted.sum() <= capacity) {
            return true;
        }
        counted.decrement();
        return false;
    }

    /** Counts one less. */
    public void unreserve() {
        counted.decrement();
    }

    /** Shows every connection in flat memory that can be found; weakly consistent. */
    public void forEach(Visitor visitor) {
        forEach(AddressFamily.IPV4, visitor);
        forEach(AddressFamily.IPV6, visitor);
    }

    private void forEach(AddressFamily family, Visitor visitor) {
        FlowLookup probe = new FlowLookup();
        ConnectionCursor cursor = new ConnectionCursor(this, family, probe, null);
        flows(family).forEach(probe, found -> {
            if (!FlowRecord.has(found.meta, FlowRecord.UNLISTED)) {
                visitor.visit(cursor);
            }
        });
    }

    /** Shows every connection that is held and listed; weakly consistent. */
    public void forEachHeld(Consumer<HeldConnection> action) {
        held.forEach(action);
    }

    /** To be told of a server that is {@linkplain ServerState#retire retired}, before its number means another one. */
    public void forget(ServerState server) {
        replies.forget(server);
    }

    /** How many bytes of flat memory are in use. */
    public long bytes() {
        return narrow.bytes() + wide.bytes();
    }
}
