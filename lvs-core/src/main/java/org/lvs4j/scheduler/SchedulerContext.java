package org.lvs4j.scheduler;

import java.util.Set;
import java.util.random.RandomGenerator;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.Sysctl;

/** What a scheduler may ask of its director. Thread-safe; no call allocates except on error. */
public interface SchedulerContext {
    /** The flags of the service when the scheduler was created; unmodifiable. {@link Scheduler#flagged} tells of changes. */
    Set<SchedulerFlag> flags();

    /** The director's time in nanoseconds; only differences mean something. */
    long nanoTime();

    /** The present value of a setting of the director, in the unit that IPVS gives it. */
    int sysctl(Sysctl sysctl);

    /** The director's source of randomness. */
    RandomGenerator random();
}
