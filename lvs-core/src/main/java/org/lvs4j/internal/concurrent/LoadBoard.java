package org.lvs4j.internal.concurrent;

import org.jspecify.annotations.Nullable;

/**
 * Notifies a reader of decreasing loads of the servers of one service, so that a scheduler that keeps thousands of
 * servers in order re-examines few of them. Increasing loads are not reported: the scheduler reads the load of the
 * least loaded server before it picks it.
 *
 * <p>Assumptions: a thread that decreases a load does so by a volatile write and reports it afterwards. Guarantees: a
 * reader that is registered and then reads every load once has read, or is notified of, every load that decreases.
 * Progress: wait-free, except for what the reader does.
 */
public final class LoadBoard {
    /** Receives the notifications. */
    @FunctionalInterface
    public interface Reader {
        /**
         * The load of a server may have decreased, or its overload mark been cleared. May be called by several
         * threads at once.
         */
        void loadDecreased(int id);
    }

    /** A list of servers that reports decreasing loads. */
    public interface Source {
        /** The board, or null if a reader must read the load of each server. */
        @Nullable
        LoadBoard loadBoard();
    }

    // Volatile: a thread writes a load and then reads this, a reader is written here and then reads every load. A
    // thread that does not see the reader has therefore written its load before the reader reads it.
    private volatile @Nullable Reader reader;

    // Volatile: the write in noteOverload pairs with the read in overloadSeen. Never reset.
    private volatile boolean overloadSeen;

    /** A board without a reader. */
    public LoadBoard() {}

    /**
     * Notifies the reader, if there is one, that the load of a server may have decreased, or its overload
     * mark been cleared.
     */
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

    /** Registers a reader in place of the present one; null removes it. */
    public void reader(@Nullable Reader next) {
        reader = next;
    }

    /** Notes that a server is marked as overloaded. */
    public void noteOverload() {
        if (!overloadSeen) {
            overloadSeen = true;
        }
    }

    /** Whether any server was ever marked as overloaded. If not, a scheduler need not read the marks. */
    public boolean overloadSeen() {
        return overloadSeen;
    }
}
