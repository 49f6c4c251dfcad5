package org.lvs4j.scheduler;

import java.util.Set;
import java.util.random.RandomGenerator;
import org.lvs4j.service.SchedulerFlag;

/** What a scheduler may ask of its director. Thread-safe; no call allocates except on error. */
public interface SchedulerContext {
    /** The flags of the service when the scheduler was created; unmodifiable. {@link Scheduler#flagged} tells of changes. */
    Set<SchedulerFlag> flags();

    /** The director's time in nanoseconds; only differences mean something. */
    long nanoTime();

    /** The director's source of randomness. */
    RandomGenerator random();

    /**
     * The present value of a setting of the director, in the unit that IPVS gives it.
     *
     * @param name the name IPVS gives it, such as {@code lblc_expiration} (seconds)
     * @throws IllegalArgumentException if there is no such setting
     */
    long sysctl(String name);
}
