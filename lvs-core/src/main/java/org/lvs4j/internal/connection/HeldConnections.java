package org.lvs4j.internal.connection;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * The connections that applications hold, and what remains of them after their end.
 *
 * <p>A TCP connection that ends lingers: it becomes a record of the {@link ConnectionTable} in the state in which the
 * packets of its end would have left it, and expires by the timeout of that state. So it is listed, counted as
 * inactive, replaced and expired by the same code as a connection of the packet plane, and costs no object. A
 * connection whose client is unknown lingers under a key that no packet has.
 *
 * <p>Lingering connections fill at most three quarters of the table. Beyond that, a connection that ends is released at
 * once. If a new connection finds the table full, some that linger make room. Both are counted.
 *
 * <p>Assumptions: a holder ends each of its connections. Guarantees: thread-safe; a server counts a connection from
 * {@link #hold} until it is released or its record expires, exactly once. Progress: lock-free.
 */
public final class HeldConnections {
    /** The protocol number of a record whose client is unknown; no packet has it. */
    static final int UNLISTED = 0;

    /** How many parts of the table are searched for lingering connections, for each new one that finds it full. */
    private static final int MOST_PARTS = 16;

    private final ConnectionTable table;
    private final boolean linger;
    private final long lingerCeiling;
    private final IdTable<HeldConnection> listed = new IdTable<>(HeldConnection[]::new, Integer.MAX_VALUE);
    private final AtomicLong unlistedKeys = new AtomicLong();
    private final LongAdder lingeringCut = new LongAdder();

    /**
     * No connections yet.
     *
     * @param table the table in which connections linger
     * @param linger whether they linger; otherwise each is released when it ends
     */
    public HeldConnections(ConnectionTable table, boolean linger) {
        this.table = table;
        this.linger = linger;
        lingerCeiling = table.capacity() * 3L / 4;
    }

    // ---- the beginning

    /**
     * Binds a connection to a server.
     *
     * @param flow the client as source, the virtual endpoint as destination; null if not known
     * @param isListed whether listings show it; the caller has then {@linkplain ConnectionTable#reserve reserved} its
     *     place, which the end of the connection gives back
     * @param template the template that placed it, already bound to it, or null
     * @return the connection, or null if the server was removed meanwhile; then the template is released
     */
    public @Nullable HeldConnection hold(
            Protocol protocol,
            @Nullable Flow flow,
            boolean isListed,
            ServerState server,
            int serverPort,
            @Nullable TemplateHandle template,
            long nowNanos) {
        if (!server.bind(protocol == Protocol.TCP)) {
            if (template != null) {
                template.releaseConnection();
            }
            return null;
        }
        return list(protocol, flow, isListed, server, serverPort, template, nowNanos);
    }

    /**
     * Holds the connection that a cursor has found again, with its server, its template and its place. Its record
     * leaves the table.
     *
     * @param flow the client as source, the virtual endpoint as destination
     * @return the connection, half-open, or null if the record is no longer as found
     */
    public @Nullable HeldConnection resume(ConnectionCursor found, Flow flow, ServerState server, long nowNanos) {
        // Both are read before the record leaves the table, which proves that they were its own.
        TemplateHandle template = found.template();
        int serverPort = found.serverPort(server);
        if (!found.take(server)) {
            return null;
        }
        return list(flow.protocol(), flow, true, server, serverPort, template, nowNanos);
    }

    private HeldConnection list(
            Protocol protocol,
            @Nullable Flow flow,
            boolean isListed,
            ServerState server,
            int serverPort,
            @Nullable TemplateHandle template,
            long nowNanos) {
        int id = isListed ? listed.take() : 0;
        HeldConnection connection = new HeldConnection(
                protocol, flow, isListed, id, server, serverPort, template, table.timeouts(), nowNanos);
        if (id != 0) {
            listed.set(id, connection);
        }
        return connection;
    }

    // ---- the end

    /** Ends a connection and releases its server at once. Only the first end of a connection has an effect. */
    public void release(HeldConnection connection) {
        if (connection.end()) {
            unlist(connection);
            connection.release();
            if (connection.listed()) {
                table.unreserve();
            }
        }
    }

    /**
     * Ends a connection although its holder has not: its server has been removed or is drained, or it looks idle or
     * half-open.
     *
     * @return whether this call has ended it
     */
    public boolean expire(HeldConnection connection) {
        if (!connection.expire()) {
            return false;
        }
        unlist(connection);
        connection.release();
        if (connection.listed()) {
            table.unreserve();
        }
        return true;
    }

    /**
     * Ends a connection, which lingers if it is a TCP connection and there is room. Only the first end of a connection
     * has an effect.
     *
     * @param last the state in which it lingers: {@code TIME_WAIT} or {@code CLOSE}
     */
    public void close(HeldConnection connection, ConnectionState last, long nowNanos) {
        if (!linger || connection.protocol() != Protocol.TCP) {
            release(connection);
            return;
        }
        if (!connection.end()) {
            return;
        }
        unlist(connection);
        boolean reserved = connection.listed() || table.reserve();
        if (reserved && table.size() <= lingerCeiling && insert(connection, last, nowNanos)) {
            return;
        }
        lingeringCut.increment();
        connection.release();
        if (reserved) {
            table.unreserve();
        }
    }

    private boolean insert(HeldConnection connection, ConnectionState last, long nowNanos) {
        connection.deactivate();
        Endpoint client = connection.client();
        Endpoint virtual = connection.virtual();
        ConnectionCursor cursor = table.cursor();
        if (client != null && virtual != null) {
            cursor.setKey(Flow.of(connection.protocol(), client, virtual));
        } else {
            cursor.setUnlistedKey(unlistedKeys.getAndIncrement());
        }
        return cursor.insertClosed(connection.server(), connection.serverPort(), connection.template(), last, nowNanos);
    }

    /**
     * Counts a connection that is about to start, as {@link ConnectionTable#reserve} does. If the table is full, some
     * connections that linger are released first.
     */
    public boolean reserve() {
        if (table.reserve()) {
            return true;
        }
        // Usually the first part has some: a full table is mostly of lingering connections, if there are any.
        for (int part = 0; linger && part < MOST_PARTS; part++) {
            for (AddressFamily family : AddressFamily.values()) {
                table.forSome(family, this::releaseIfLingering);
                if (table.reserve()) {
                    return true;
                }
            }
        }
        return false;
    }

    private void releaseIfLingering(ConnectionCursor connection) {
        ConnectionState state = connection.state();
        if ((state == ConnectionState.TIME_WAIT || state == ConnectionState.CLOSE) && connection.remove()) {
            lingeringCut.increment();
        }
    }

    private void unlist(HeldConnection connection) {
        if (connection.id() != 0) {
            listed.free(connection.id());
        }
    }

    // ---- all connections

    /** Visits every connection that is held and listed; weakly consistent. */
    public void forEach(Consumer<HeldConnection> action) {
        listed.forEach(action);
    }

    /** All positions for {@link #forRange} are below this number. */
    int end() {
        return listed.end();
    }

    /** Visits the connections at a range of positions. */
    void forRange(int first, int count, Consumer<HeldConnection> action) {
        listed.forRange(first, count, action);
    }

    /** How many connections were released at their end, or before their time, because the table had no room for them. */
    public long lingeringCut() {
        return lingeringCut.sum();
    }
}
