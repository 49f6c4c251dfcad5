package org.lvs4j.internal.concurrent;

import org.jspecify.annotations.Nullable;

/**
 * Where it is made known that loads of the servers of one service have become less, so that whoever keeps an order of
 * thousands of servers looks at few of them. That a load has grown is not said: who wants the least loaded server sees it
 * when he looks at the one he takes for that.
 *
 * <p>Assumptions: whoever lessens a load, by a volatile write, says so afterwards. Guarantees: a reader that has been put
 * here and then looks at every load once knows or is told of every load that becomes less. Progress: wait-free, but for
 * what the reader does.
 */
public final class LoadBoard {
    /** Who wants to know of changes. */
    @FunctionalInterface
    public interface Reader {
        /** Says that the load of the server of a number may be less now, or its overload mark gone. May be called by many at once. */
        void loadDecreased(int id);
    }

    /** A list of servers whose changes of load a board announces. */
    public interface Source {
        /** The board, or null if a reader must look at each server. */
        @Nullable
        LoadBoard loadBoard();
    }

    // Volatile: a change that does not see a reader yet comes before that reader's look at every load.
    private volatile @Nullable Reader reader;

    // Never goes back to false: volatile publishes it by itself.
    private volatile boolean overloadSeen;

    /** Without a reader. */
    public LoadBoard() {}

    /** Tells the reader, if there is one, that the load of a server may be less now, or its overload mark gone. */
    public void loadDecreased(int id) {
        Reader current = reader;
        if (current != null) {
            current.loadDecreased(id);
        }
    }

    /** The present reader, or null. */
    public @Nullable Reader reader() {
        return reader;
    }

    /** Puts another reader, or none, in the place of the present one. */
    public void reader(@Nullable Reader next) {
        reader = next;
    }

    /** Says that some server has been marked as overloaded. */
    public void noteOverload() {
        if (!overloadSeen) {
            overloadSeen = true;
        }
    }

    /** Whether some server has ever been marked as overloaded. If not, no server needs to be looked at for it. */
    public boolean overloadSeen() {
        return overloadSeen;
    }
}
