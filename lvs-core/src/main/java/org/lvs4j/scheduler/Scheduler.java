package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

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

    /**
     * What {@link #pick} would answer now, without being noticed: no cursor moves, no cache remembers. A scheduler that
     * draws lots answers with one possible outcome. To be overridden by every scheduler whose picks leave a trace.
     */
    default int peek(Servers servers, Flow flow) {
        return pick(servers, flow);
    }

    /**
     * The figure by which this scheduler compares servers, lower being better, for explanations. Other rules may come
     * before it: lots, places in a table, what is remembered. NaN if it does not compare figures.
     */
    default double cost(Servers servers, int index, Flow flow) {
        return Double.NaN;
    }

    /**
     * A measured response time of a server, for schedulers that learn from it. May be called by any number of threads
     * at once.
     *
     * @param serverId the {@link Servers#id} of the server, which may have left the list
     * @param latencyNanos the response time in nanoseconds, not negative
     */
    default void observed(int serverId, long latencyNanos) {}

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

    /** The successor after the flags of the service were changed to these. */
    default Scheduler flagged(Set<SchedulerFlag> flags) {
        return this;
    }
}
