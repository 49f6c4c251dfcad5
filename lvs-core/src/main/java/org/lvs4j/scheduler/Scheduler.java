package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * Chooses a real server for each new connection of one service.
 *
 * <p>A scheduler belongs to one {@link Servers} list. When the list changes, the director asks it for a
 * successor through the hook of that change and publishes list and successor together. A scheduler without
 * anything to adapt returns itself; one with a cursor hands the cursor on.
 *
 * <p>Assumptions: hooks are called one at a time. Guarantees an implementation must give: {@link #pick} may be
 * called by any number of threads at once, also while a hook runs, and never chooses a server of weight zero or
 * an overloaded one (unless the rule of the algorithm says so). Progress: {@code pick} must not block and should
 * not allocate.
 *
 * @see SchedulerProvider
 */
public interface Scheduler {
    /** The answer of {@link #pick} when no server may be used. */
    int NONE = -1;

    /**
     * The index of the server for a new connection, or {@link #NONE}.
     *
     * @param servers the list this scheduler belongs to, or a view of it in which some servers count as overloaded
     * @param flow the connection; not to be kept
     */
    int pick(Servers servers, Flow flow);

    /** The successor after a server was added, at index 0 of the new list. */
    default Scheduler added(Servers now) {
        return this;
    }

    /** The successor after the server that was at an index of the old list was removed. */
    default Scheduler removed(Servers now, int index) {
        return this;
    }

    /** The successor after the server at an index was edited; it keeps its place. */
    default Scheduler edited(Servers now, int index) {
        return this;
    }
}
