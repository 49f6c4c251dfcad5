package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.lvs4j.internal.concurrent.Expirable;
import org.lvs4j.internal.concurrent.IdTable;

/**
 * What placed connections on a server and lives at least as long as they do: the connection side of a persistence
 * template. It counts them, and knows whether one of them was ever established.
 *
 * <p>Progress: every method is lock-free.
 */
public abstract class TemplateHandle extends Expirable {
    private static final VarHandle CONTROLLED;
    private static final VarHandle IN_PACKETS;
    private static final int ENDED = Integer.MIN_VALUE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CONTROLLED = lookup.findVarHandle(TemplateHandle.class, "controlled", int.class);
            IN_PACKETS = lookup.findVarHandle(TemplateHandle.class, "inPackets", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final IdTable<TemplateHandle> registry;
    private final int number;

    // How many connections it controls, and ENDED; whoever brings it to ENDED alone gives the number back.
    private int controlled;
    private int inPackets;

    // Set once, never cleared; read by listings and defences only.
    private volatile boolean assured;

    /** Controlling nothing yet, under a number that means nothing before {@link #enlist}. */
    protected TemplateHandle(IdTable<TemplateHandle> registry) {
        this.registry = registry;
        number = registry.take();
        if (number == 0) {
            throw new IllegalStateException("no number is left for another template");
        }
    }

    /** Makes it known by its number, for as long as it has not ended or any connection refers to it. */
    protected final void enlist() {
        registry.set(number, this);
    }

    int number() {
        return number;
    }

    /** Counts one more connection; fails if this has ended. */
    public final boolean control() {
        while (true) {
            int now = (int) CONTROLLED.getVolatile(this);
            if (now < 0) {
                return false;
            }
            if (CONTROLLED.compareAndSet(this, now, now + 1)) {
                return true;
            }
        }
    }

    /** Counts one connection less. */
    public final void releaseConnection() {
        if ((int) CONTROLLED.getAndAdd(this, -1) - 1 == ENDED) {
            registry.free(number);
        }
    }

    /** Ends this, if it controls nothing or has to end regardless. Only one call succeeds. */
    protected final boolean end(boolean regardless) {
        while (true) {
            int now = (int) CONTROLLED.getVolatile(this);
            if (now < 0 || now != 0 && !regardless) {
                return false;
            }
            if (CONTROLLED.compareAndSet(this, now, now | ENDED)) {
                if (now == 0) {
                    registry.free(number);
                }
                return true;
            }
        }
    }

    @Override
    protected final boolean ended() {
        return (int) CONTROLLED.getVolatile(this) < 0;
    }

    /** Whether it controls any connection now. */
    public final boolean controls() {
        return (int) CONTROLLED.getVolatile(this) > 0;
    }

    /** Counts a single datagram from the client, which leaves no connection to count it. */
    public final void countIn() {
        IN_PACKETS.getAndAdd(this, 1);
    }

    /** Single datagrams from the client so far. */
    public final int inPackets() {
        return (int) IN_PACKETS.getOpaque(this);
    }

    /** One of its connections has been established. */
    public final void confirm() {
        if (!assured) {
            assured = true;
        }
    }

    /** Whether one of its connections ever was established. */
    public final boolean confirmed() {
        return assured;
    }
}
