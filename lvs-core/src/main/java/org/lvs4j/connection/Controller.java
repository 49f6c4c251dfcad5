package org.lvs4j.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What placed connections on a server and lives at least as long as they do: the connection side of a persistence
 * template. It counts them, and knows whether one of them was ever established.
 *
 * <p>Progress: every method is lock-free.
 */
public abstract class Controller extends Timed {
    private static final VarHandle CONTROLLED;
    private static final VarHandle IN_PACKETS;
    private static final int ENDED = -1;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CONTROLLED = lookup.findVarHandle(Controller.class, "controlled", int.class);
            IN_PACKETS = lookup.findVarHandle(Controller.class, "inPackets", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private int controlled;
    private int inPackets;

    // Set once, never cleared; read by listings and defences only.
    private volatile boolean assured;

    /** Controlling nothing yet. */
    protected Controller() {}

    /** Counts one more connection; fails if this has ended. */
    public final boolean control() {
        while (true) {
            int now = (int) CONTROLLED.getVolatile(this);
            if (now == ENDED) {
                return false;
            }
            if (CONTROLLED.compareAndSet(this, now, now + 1)) {
                return true;
            }
        }
    }

    /** Counts one connection less. */
    final void uncontrol() {
        while (true) {
            int now = (int) CONTROLLED.getVolatile(this);
            if (now == ENDED || CONTROLLED.compareAndSet(this, now, now - 1)) {
                return;
            }
        }
    }

    /** Ends this, if it controls nothing or has to end regardless. Only one call succeeds. */
    protected final boolean end(boolean regardless) {
        while (true) {
            int now = (int) CONTROLLED.getVolatile(this);
            if (now == ENDED || now != 0 && !regardless) {
                return false;
            }
            if (CONTROLLED.compareAndSet(this, now, ENDED)) {
                return true;
            }
        }
    }

    @Override
    protected final boolean ended() {
        return (int) CONTROLLED.getVolatile(this) == ENDED;
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
    public final void assure() {
        if (!assured) {
            assured = true;
        }
    }

    /** Whether one of its connections ever was established. */
    public final boolean assured() {
        return assured;
    }
}
