package org.lvs4j.internal.connection;

import java.lang.ref.Reference;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.PerThread;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.internal.concurrent.Ticks;
import org.lvs4j.internal.concurrent.TimerWheel;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;

/**
 * All connections of a director, and the ticks by which idle ones expire.
 *
 * <p>Connections of the packet plane are fixed-size records in flat memory, in one {@link FlowTable} per address
 * family; a thread reads and changes them by its {@link ConnectionCursor}. So are connections that applications have
 * held and closed. Those that they still hold are objects ({@link HeldConnections}).
 *
 * <p>Assumptions: the caller reserves a place for each connection that it inserts or holds, and gives it back if there
 * is no connection. Guarantees: a server counts a connection exactly once, from its insertion until it expires or is
 * removed, under any number of threads. Progress: lock-free, except where {@link ReplyRoutes} says that it blocks. One
 * thread runs a tick; while it is delayed, the connections of that tick expire late.
 */
public final class ConnectionTable {
    /** The highest id of a template. */
    public static final int MAX_TEMPLATE_ID = FlowRecord.MAX_TEMPLATE_ID;

    /** How many ticks are run at once, so that their lower 32 bits can be compared. */
    private static final long MAX_TICKS = 1 << 30;

    /** From how many ticks on a pause is worth a scan of all connections, so that idle ones are not inspected in it. */
    private static final long LONG_PAUSE = 1 << 17;

    private static final int SOME_BUCKETS = 64;

    private final FlowTable ipv4;
    private final FlowTable ipv6;
    private final ReplyRoutes replyRoutes = new ReplyRoutes();
    private final IdTable<ServerState> servers;
    private final IdTable<TemplateHandle> templates;

    // Visible connections, held and listed ones, and reserved places.
    private final LongAdder counted = new LongAdder();

    private final Timeouts timeouts;
    private final TimerWheel wheel;
    private final int capacity;
    private final Ticks ticks;

    // Only claims ticks for threads; the tables and the wheel order what a tick reads and writes.
    private final AtomicLong nextTick = new AtomicLong(1);
    private final FastPath fastPath;
    private final Stripes stripes = new Stripes();
    private final PerThread<ConnectionCursor> cursors =
            new PerThread<>(() -> new ConnectionCursor(this, AddressFamily.IPV4, new FlowLookup(), stripes));

    /** Receives each connection. */
    public interface Visitor {
        /** The cursor is valid during the call only; the visitor may change or end the connection. */
        void visit(ConnectionCursor connection);
    }

    /**
     * An empty table.
     *
     * @param servers all servers, by ids of up to 24 bits
     * @param templates all templates that have connections, by ids up to {@link #MAX_TEMPLATE_ID}
     * @param wheel the timers of templates, advanced together with those of the table
     * @param capacity the maximum number of connections
     */
    public ConnectionTable(
            Timeouts timeouts,
            IdTable<ServerState> servers,
            IdTable<TemplateHandle> templates,
            TimerWheel wheel,
            int capacity,
            long nowNanos) {
        this.timeouts = timeouts;
        this.servers = servers;
        this.templates = templates;
        this.wheel = wheel;
        this.capacity = capacity;
        ticks = new Ticks(nowNanos);
        SecureRandom random = new SecureRandom();
        ipv4 = new FlowTable(false, random.nextLong(), 1, lookup -> ended(lookup, AddressFamily.IPV4));
        ipv6 = new FlowTable(true, random.nextLong(), 1, lookup -> ended(lookup, AddressFamily.IPV6));
        fastPath = new FastPath(ipv4, servers, timeouts, ticks);
    }

    /** The calling thread's cursor. */
    public ConnectionCursor cursor() {
        return cursors.get();
    }

    /** The calling thread's cursor at the connection of a packet from its client, or null if there is none. */
    public @Nullable ConnectionCursor find(Flow flow) {
        ConnectionCursor cursor = cursors.get();
        return cursor.find(flow) ? cursor : null;
    }

    /**
     * Applies a packet from a client to its connection and counts it, if it leaves the state unchanged, as
     * most packets do.
     *
     * @param event the flags of a TCP segment or an event of {@link SctpStates}; ignored for UDP
     * @return the server's id, times 2^24; 2^16 if the server answers the client itself; plus the port at the server.
     *     Negative if {@link FastPath} does not apply; then nothing has changed
     */
    public long follow(Flow flow, int event, int bytes, long nowNanos) {
        ConnectionCursor cursor = cursors.get();
        long followed = fastPath.follow(flow, event, bytes, cursor.stripe(), nowNanos);
        // Another thread may take the stripe as soon as the cursor is unreachable.
        Reference.reachabilityFence(cursor);
        return followed;
    }

    /**
     * Fetches the home bucket of a packet's connection into the cache, so that the look-up a moment later
     * need not wait.
     */
    public void prefetch(Flow flow) {
        long identity = FlowRecord.identity(
                flow.sourcePort(), flow.destinationPort(), flow.protocol().number());
        if (flow.family() == AddressFamily.IPV4) {
            ipv4.prefetch(FlowRecord.addresses(flow.sourceLow(), flow.destinationLow()), 0, 0, 0, identity);
        } else {
            ipv6.prefetch(flow.sourceHigh(), flow.sourceLow(), flow.destinationHigh(), flow.destinationLow(), identity);
        }
    }

    FlowTable flows(AddressFamily family) {
        return family == AddressFamily.IPV4 ? ipv4 : ipv6;
    }

    ReplyRoutes replyRoutes() {
        return replyRoutes;
    }

    IdTable<ServerState> servers() {
        return servers;
    }

    IdTable<TemplateHandle> templates() {
        return templates;
    }

    /** The timeouts in force. */
    public Timeouts timeouts() {
        return timeouts;
    }

    int capacity() {
        return capacity;
    }

    // ---- time

    Ticks ticks() {
        return ticks;
    }

    /** The tick at which a connection in a meta word's state expires if it stays idle from now on. */
    int deadline(long meta, long nowNanos) {
        // A timeout is a number of whole ticks.
        return ticks.notBefore(nowNanos) + timeouts.ticks(FlowRecord.state(meta));
    }

    /**
     * Runs all ticks that are due, in each connections before templates. So a long pause between two calls makes no
     * difference to what expires. Its cost depends on what expires, not on the length of the pause.
     *
     * @return the time of the next tick in nanoseconds, before which a call has no effect
     */
    public long advance(long nowNanos) {
        long due = ticks.last(nowNanos);
        long idleUntil = Long.MIN_VALUE;
        long nextScan = Long.MIN_VALUE;
        for (long tick = nextTick.get(); tick <= due; tick = nextTick.get()) {
            long last = wheel.firstBusy(tick, Math.min(due, tick + MAX_TICKS));
            if (due - tick >= LONG_PAUSE && last >= idleUntil && tick >= nextScan) {
                idleUntil = firstDeadline(tick);
                nextScan = tick + LONG_PAUSE;
            }
            if (nextTick.compareAndSet(tick, last + 1)) {
                // Connections end before the templates of the same tick, and in any order among themselves.
                if (last >= idleUntil || last == due) {
                    ipv4.advance((int) last);
                    ipv6.advance((int) last);
                }
                wheel.advance(ticks.nanosOf(last));
            }
        }
        return ticks.nanosOf(due + 1);
    }

    /** The first tick, from a given one, at which a connection in flat memory may be due. Costs a scan of all. */
    private long firstDeadline(long tick) {
        return tick + Math.min(ipv4.ticksUntilFirst((int) tick), ipv6.ticksUntilFirst((int) tick));
    }

    // ---- the end of connections

    /**
     * Updates counts and reply index for a connection that packets do not find any more.
     *
     * @param before its meta word before it was hidden
     */
    void hidden(FlowLookup lookup, long before, AddressFamily family) {
        counted.decrement();
        ServerState server = servers.get(FlowRecord.serverId(lookup.identity));
        if (server != null && FlowRecord.has(before, FlowRecord.INDEXED)) {
            removeIndexed(lookup, before, family, server);
        }
    }

    /** Updates all counts for a connection that has left its table. Called once, by the thread that took it out. */
    void ended(FlowLookup lookup, AddressFamily family) {
        long meta = lookup.meta;
        ServerState server = servers.get(FlowRecord.serverId(lookup.identity));
        if (server == null) {
            throw new IllegalStateException("no server has the id " + FlowRecord.serverId(lookup.identity)
                    + ", to which a connection was bound until now");
        }
        if (!FlowRecord.has(meta, FlowRecord.HIDDEN)) {
            counted.decrement();
        }
        if (FlowRecord.has(meta, FlowRecord.INDEXED)) {
            removeIndexed(lookup, meta, family, server);
        }
        TemplateHandle template = templates.get(lookup.templateId);
        // Last: after this the ids may be reused.
        server.release(ConnectionRules.active(meta));
        if (template != null) {
            template.releaseConnection();
        }
    }

    /**
     * Removes a connection that has ended, or may have, from the reply index, unless it or a successor is in the table.
     */
    void removeIndexed(FlowLookup lookup, long meta, AddressFamily family, ServerState server) {
        Endpoint endpoint = server.config().endpoint();
        int serverPort =
                FlowRecord.has(meta, FlowRecord.PORT_KEPT) ? FlowRecord.virtualPort(lookup.identity) : endpoint.port();
        FlowLookup successor = new FlowLookup();
        replyRoutes.removeIndexed(new ReplyKey().of(lookup, family, endpoint.address(), serverPort), route -> {
            successor.fill(lookup, family, route.virtualHigh(), route.virtualLow(), route.virtualPort());
            return flows(family).find(successor) && FlowRecord.has(successor.meta, FlowRecord.INDEXED);
        });
    }

    // ---- all connections

    /**
     * The number of visible connections, held and listed ones, and reserved places; exact while no thread changes it.
     */
    public long size() {
        return counted.sum();
    }

    /**
     * Counts a connection that is about to start, if it fits under the ceiling.
     *
     * <p>Each call counts itself before it sums. So the last of the calls that succeeded has counted all the others,
     * and the ceiling is never exceeded. If several threads race for the last place, all of them may fail.
     */
    public boolean reserve() {
        counted.increment();
        if (counted.sum() <= capacity) {
            return true;
        }
        counted.decrement();
        return false;
    }

    /** Reverses a successful {@link #reserve}. */
    public void unreserve() {
        counted.decrement();
    }

    /** Visits every visible connection in flat memory, listed or not; weakly consistent. */
    public void forEach(Visitor visitor) {
        forEach(AddressFamily.IPV4, visitor);
        forEach(AddressFamily.IPV6, visitor);
    }

    private void forEach(AddressFamily family, Visitor visitor) {
        FlowLookup lookup = new FlowLookup();
        flows(family).forEach(lookup, visible(family, lookup, visitor));
    }

    /** Visits the visible connections in a small part of the table; further calls visit further parts. */
    void forSome(AddressFamily family, Visitor visitor) {
        FlowLookup lookup = new FlowLookup();
        flows(family).forSome(lookup, SOME_BUCKETS, visible(family, lookup, visitor));
    }

    /** Visits the visible connections in a range of buckets of {@link FlowTable#forRange}. */
    void forRange(AddressFamily family, int first, int count, Visitor visitor) {
        FlowLookup lookup = new FlowLookup();
        flows(family).forRange(lookup, first, count, visible(family, lookup, visitor));
    }

    private FlowTable.Visitor visible(AddressFamily family, FlowLookup lookup, Visitor visitor) {
        ConnectionCursor cursor = new ConnectionCursor(this, family, lookup, null);
        return found -> {
            if (!FlowRecord.has(found.meta, FlowRecord.HIDDEN)) {
                visitor.visit(cursor);
            }
        };
    }

    /**
     * Removes the reply routes of a server that is {@linkplain ServerState#retire retired}. To be called before its
     * id is freed.
     */
    public void removeRoutes(ServerState server) {
        replyRoutes.remove(server);
    }

    /** The flat memory in use, in bytes. */
    public long bytes() {
        return ipv4.bytes() + ipv6.bytes();
    }
}
