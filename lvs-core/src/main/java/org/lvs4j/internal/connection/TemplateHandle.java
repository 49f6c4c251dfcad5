package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.lvs4j.internal.concurrent.Expirable;
import org.lvs4j.internal.concurrent.IdTable;

/**
 * The part of a persistence template that connections refer to. It counts the connections that the template has placed,
 * and stores whether one of them was ever established.
 *
 * <p>Assumptions: {@link #releaseConnection} is called once per successful {@link #bindConnection}. Guarantees: the
 * template either counts a connection or has ended; its id is freed once, when it has ended and no connection refers to
 * it. Progress: every method is lock-free.
 */
public abstract class TemplateHandle extends Expirable {
    private static final VarHandle CONNECTIONS;
    private static final VarHandle IN_PACKETS;
    private static final int ENDED = Integer.MIN_VALUE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CONNECTIONS = lookup.findVarHandle(TemplateHandle.class, "connections", int.class);
            IN_PACKETS = lookup.findVarHandle(TemplateHandle.class, "inPackets", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final IdTable<TemplateHandle> ids;
    private final int id;

    // The number of connections, plus ENDED. The thread that makes it exactly ENDED frees the id.
    private int connections;
    private int inPackets;

    // Volatile: the write in confirm pairs with the read in confirmed. Never reset.
    private volatile boolean confirmed;

    /**
     * A handle without connections. {@link #register} publishes its id.
     *
     * @throws IllegalStateException if all ids are in use
     */
    protected TemplateHandle(IdTable<TemplateHandle> ids) {
        this.ids = ids;
        id = ids.take();
        if (id == 0) {
            throw new IllegalStateException("all template ids are in use");
        }
    }

    /** Publishes this by its id, until it has ended and no connection refers to it. */
    protected final void register() {
        ids.set(id, this);
    }

    int id() {
        return id;
    }

    /** Pairs with the compare-and-set in bindConnection and end, and the addition in releaseConnection. */
    private int connectionsVolatile() {
        return (int) CONNECTIONS.getVolatile(this);
    }

    /** Counts a connection; fails if this has ended. */
    public final boolean bindConnection() {
        while (true) {
            int now = connectionsVolatile();
            if (now < 0) {
                return false;
            }
            if (CONNECTIONS.compareAndSet(this, now, now + 1)) {
                return true;
            }
        }
    }

    /** Counts one connection less. */
    public final void releaseConnection() {
        if ((int) CONNECTIONS.getAndAdd(this, -1) - 1 == ENDED) {
            ids.free(id);
        }
    }

    /**
     * Ends this.
     *
     * @param evenIfBound whether also if it has connections
     * @return whether this call has ended it
     */
    protected final boolean end(boolean evenIfBound) {
        while (true) {
            int now = connectionsVolatile();
            if (now < 0 || now != 0 && !evenIfBound) {
                return false;
            }
            if (CONNECTIONS.compareAndSet(this, now, now | ENDED)) {
                if (now == 0) {
                    ids.free(id);
                }
                return true;
            }
        }
    }

    @Override
    protected final boolean ended() {
        return connectionsVolatile() < 0;
    }

    /** Whether it has connections and has not ended. */
    public final boolean hasConnections() {
        return connectionsVolatile() > 0;
    }

    /** Counts a single datagram from the client, which has no connection that counts it. */
    public final void countInPacket() {
        IN_PACKETS.getAndAdd(this, 1);
    }

    /** The number of single datagrams from the client. */
    public final int inPackets() {
        return (int) IN_PACKETS.getOpaque(this);
    }

    /** Notes that a connection of this template has been established. */
    public final void confirm() {
        if (!confirmed) {
            confirmed = true;
        }
    }

    /** Whether a connection of this template was ever established. */
    public final boolean confirmed() {
        return confirmed;
    }
}
