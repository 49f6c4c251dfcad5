package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/**
 * Chooses the real server of each new connection of one service.
 *
 * <p>A scheduler belongs to one {@link Servers} list. When the list changes, the director calls the hook of that
 * change, which returns the scheduler of the new list, and publishes both together. A scheduler without state of a list
 * returns itself, as the hooks do by default. A scheduler with a cursor returns a new one that continues where the old
 * one is.
 *
 * <p>Assumptions: the director calls hooks one at a time. No argument is null.
 *
 * <p>Guarantees that an implementation must give: any number of threads may call {@link #pick}, {@link #peek}, {@link
 * #cost} and {@link #latencyObserved} at once, also while a hook runs. {@code pick} never chooses a server that is not
 * {@linkplain Servers#available available}, unless the rule of the algorithm says otherwise.
 *
 * <p>Progress: {@code pick} must not block and should not allocate.
 *
 * @see SchedulerProvider
 */
public interface Scheduler {
    /** The result of {@link #pick} if no server may be chosen: -1. */
    int NONE = -1;

    /**
     * Chooses the server of a new connection.
     *
     * @param servers the list of this scheduler, or a view of it in which some servers are {@linkplain
     *     Servers#excluded excluded}
     * @param flow the client as source, the virtual endpoint as destination; must not be kept after the call
     * @return an index of the list, 0..size-1, or {@link #NONE}
     */
    int pick(Servers servers, Flow flow);

    /**
     * Returns what {@link #pick} would return now, without side effects: no cursor moves and no cache is filled. A
     * randomised scheduler returns one of the possible results. Every scheduler whose {@code pick} has side effects
     * must override this.
     *
     * @param servers as for {@link #pick}
     * @param flow as for {@link #pick}
     * @return an index of the list, 0..size-1, or {@link #NONE}
     */
    default int peek(Servers servers, Flow flow) {
        return pick(servers, flow);
    }

    /**
     * The cost by which this scheduler compares a server with others, for explanations. Lower is better. It need not
     * decide alone: a hash table, a cache or a random number may come first.
     *
     * @param servers as for {@link #pick}
     * @param index the server, 0..size-1
     * @param flow as for {@link #pick}
     * @return the cost, infinite for a server that is never chosen, or NaN (the default) if the scheduler does not
     *     compare costs
     */
    default double cost(Servers servers, int index, Flow flow) {
        return Double.NaN;
    }

    /**
     * Reports a measured response time of a server. Does nothing by default.
     *
     * @param serverId the {@link Servers#id} of the server, which may have left the list
     * @param latencyNanos the response time in nanoseconds, not negative
     */
    default void latencyObserved(int serverId, long latencyNanos) {}

    /**
     * Called after a server has been added at index 0.
     *
     * @param servers the new list
     * @return the scheduler of the new list
     * @throws IllegalArgumentException if the new list cannot be scheduled, saying why; the change is undone then
     */
    default Scheduler serverAdded(Servers servers) {
        return this;
    }

    /**
     * Called after several servers have been added in one step, the last one at index 0. The result is that of {@link
     * #serverAdded} for each of them, one after the other, which is what this method calls by default. A scheduler whose
     * {@code serverAdded} takes time in proportion to the list should override it: a service may have 65,536 servers.
     *
     * @param servers the new list
     * @param count how many servers have been added, 1..{@link Servers#size}
     * @return the scheduler of the new list
     * @throws IllegalArgumentException if the new list cannot be scheduled, saying why; the change is undone then
     */
    default Scheduler serversAdded(Servers servers, int count) {
        Scheduler scheduler = this;
        for (int newer = count - 1; newer > 0; newer--) {
            scheduler = scheduler.serverAdded(new OlderServers(servers, newer));
        }
        return scheduler.serverAdded(servers);
    }

    /**
     * Called after a server has been removed.
     *
     * @param servers the new list
     * @param index the index of the server in the old list
     * @return the scheduler of the new list
     */
    default Scheduler serverRemoved(Servers servers, int index) {
        return this;
    }

    /**
     * Called after a server has been edited, for example its weight.
     *
     * @param servers the new list
     * @param index the index of the server, the same in both lists
     * @return the scheduler of the new list
     */
    default Scheduler serverEdited(Servers servers, int index) {
        return this;
    }

    /**
     * Called after the flags of the service have been changed.
     *
     * @param flags the new flags; unmodifiable
     * @return the scheduler under the new flags, of the same list
     */
    default Scheduler flagsChanged(Set<SchedulerFlag> flags) {
        return this;
    }
}
