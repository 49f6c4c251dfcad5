package org.lvs4j.connection;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;

/**
 * Every live connection, found by either of its ends, and its timer.
 *
 * <p>Guarantees: a connection is counted on its server from {@link #insert} until it expires or is removed, exactly
 * once, whatever threads race. Progress: looking up takes no lock; inserting and ending
 * lock one bin of a map for a moment.
 */
public final class ConnectionTable {
    private final ConcurrentHashMap<ConnectionKey, ConnectionEntry> byClient = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<ConnectionKey, ConnectionEntry> byServer = new ConcurrentHashMap<>();
    private final ThreadLocal<ConnectionKey> probe = ThreadLocal.withInitial(ConnectionKey::new);
    private final Timeouts timeouts;
    private final TimerWheel wheel;
    private final int capacity;

    /**
     * An empty table.
     *
     * @param capacity how many connections it is to hold at most; see {@link #full()}
     */
    public ConnectionTable(Timeouts timeouts, TimerWheel wheel, int capacity) {
        this.timeouts = timeouts;
        this.wheel = wheel;
        this.capacity = capacity;
    }

    /** The connection of a packet from its client, or null. */
    public @Nullable ConnectionEntry find(Flow flow) {
        return byClient.get(probe.get().refill(flow));
    }

    /**
     * The connection of a packet from its server, or null.
     *
     * <p>A server that is not masqueraded answers as the virtual endpoint itself, if its answers pass by here at all.
     *
     * @param reply the server's endpoint as client, the client's as virtual endpoint
     */
    public @Nullable ConnectionEntry findByServer(Flow reply) {
        ConnectionKey key = probe.get();
        ConnectionEntry entry = byServer.get(key.refill(reply));
        if (entry != null) {
            return entry;
        }
        ConnectionEntry direct = byClient.get(key.refillReversed(reply));
        return direct != null && direct.answersAsVirtual() ? direct : null;
    }

    /**
     * Binds a new connection to a server and makes it known. One that was known under the same ends is no longer
     * found, but stays counted until it ends.
     *
     * @param controller the template that places it, already counting it, or null
     * @param held whether the caller ends it by {@link #remove}; time alone then never does
     */
    public ConnectionEntry insert(
            Flow flow, @Nullable Controller controller, ServerState server, int serverPort, boolean held) {
        ConnectionKey key = ConnectionKey.of(flow);
        RealServer config = server.config();
        boolean masquerade = config.forwarding().method() == Forwarding.Method.MASQUERADE;
        ConnectionEntry entry = new ConnectionEntry(
                this, flow.protocol(), key, controller, server, serverPort, !masquerade && !held, held);
        byClient.put(key, entry);
        if (masquerade && !held) {
            byServer.put(replyKey(key, entry), entry);
        }
        return entry;
    }

    /**
     * Binds a connection that nobody will look up: a single datagram, or one whose client is not known.
     *
     * @param flow who talks to whom, or null if that does not matter
     */
    public ConnectionEntry insertUnlisted(
            Protocol protocol,
            @Nullable Flow flow,
            @Nullable Controller controller,
            ServerState server,
            int serverPort) {
        ConnectionKey key = flow == null ? null : ConnectionKey.of(flow);
        return new ConnectionEntry(this, protocol, key, controller, server, serverPort, false, true);
    }

    /** Whether the ceiling is reached, so that the caller should not insert; racing threads may pass it by a few. */
    public boolean full() {
        return byClient.size() >= capacity;
    }

    /** Arms the timer of an entry whose state has just been entered for the first time. */
    public void arm(ConnectionEntry entry, long nowNanos) {
        entry.touch(nowNanos);
        if (!entry.held()) {
            wheel.add(entry);
        }
    }

    /** Puts off the end of an entry by its timeout, which may have become shorter. */
    public void touch(ConnectionEntry entry, long nowNanos) {
        entry.touch(nowNanos);
        if (!entry.held()) {
            wheel.hasten(entry);
        }
    }

    /** Lets an entry end at the next tick; packets no longer find it. */
    public void expireNow(ConnectionEntry entry, long nowNanos) {
        unlist(entry);
        entry.expireAt(nowNanos + 1);
        wheel.hasten(entry);
    }

    /** Ends an entry now. Returns whether this call did. */
    public boolean remove(ConnectionEntry entry) {
        unlist(entry);
        return entry.release();
    }

    private void unlist(ConnectionEntry entry) {
        ConnectionKey key = entry.key();
        if (key != null) {
            byClient.remove(key, entry);
            byServer.remove(replyKey(key, entry), entry);
        }
    }

    /** How many connections can be found. */
    public int size() {
        return byClient.size();
    }

    /** The timeouts in force. */
    public Timeouts timeouts() {
        return timeouts;
    }

    /** Shows every connection that can be found; weakly consistent. */
    public void forEach(Consumer<ConnectionEntry> action) {
        byClient.values().forEach(action);
    }

    private static ConnectionKey replyKey(ConnectionKey key, ConnectionEntry entry) {
        return key.reply(entry.server().config().endpoint().address(), entry.serverPort());
    }
}
