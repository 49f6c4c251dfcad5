package org.lvs4j.internal.connection;

import org.lvs4j.net.AddressFamily;

/**
 * Visits all connections, a small part with each step, round and round. So work on the connections of some servers,
 * which no index lists, costs a bounded time at a moment.
 *
 * <p>A round visits every connection that exists during all of it, unless the table grows or shrinks meanwhile.
 *
 * <p>Not thread-safe. The table and its holders may be used by other threads.
 */
public final class ConnectionSweep {
    private static final int BUCKETS = 64;
    private static final int HELD = 256;

    private final ConnectionTable table;
    private final HeldConnections held;
    private final AddressFamily[] families = AddressFamily.values();

    // The next part: of the table of the family of that number, or of the held connections after all families.
    private int section;
    private int position;

    /** Receives connections. It may end them. */
    public interface Visitor {
        /** A connection in flat memory; the cursor is valid during the call only. */
        void visit(ConnectionCursor connection);

        /** A connection that an application holds. */
        void visit(HeldConnection connection);
    }

    /** A sweep at the beginning of a round. */
    public ConnectionSweep(ConnectionTable table, HeldConnections held) {
        this.table = table;
        this.held = held;
    }

    /** The number of steps of a round now. */
    public int steps() {
        int steps = parts(held.end(), HELD);
        for (AddressFamily family : families) {
            steps += parts(table.flows(family).buckets(), BUCKETS);
        }
        return steps;
    }

    private static int parts(int size, int part) {
        return size / part + 1;
    }

    /** Begins a new round with the next step. */
    public void restart() {
        section = 0;
        position = 0;
    }

    /** Visits the next part. Returns whether it was the last one of a round. */
    public boolean step(Visitor visitor) {
        boolean flows = section < families.length;
        int end;
        if (flows) {
            AddressFamily family = families[section];
            table.forRange(family, position, BUCKETS, visitor::visit);
            position += BUCKETS;
            end = table.flows(family).buckets();
        } else {
            held.forRange(position, HELD, visitor::visit);
            position += HELD;
            end = held.end();
        }
        if (position < end) {
            return false;
        }
        position = 0;
        section = flows ? section + 1 : 0;
        return !flows;
    }

    /** Ends a connection of a paced end; returns whether it has ended. */
    public static boolean end(PacedEnd of, ConnectionCursor connection) {
        return of.end(connection);
    }

    /** Ends a held connection of a paced end; returns whether it has ended. */
    public boolean end(PacedEnd of, HeldConnection connection) {
        return of.end(connection, held);
    }
}
