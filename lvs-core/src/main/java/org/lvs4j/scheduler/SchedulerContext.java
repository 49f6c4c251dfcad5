package org.lvs4j.scheduler;

import java.util.Set;
import java.util.random.RandomGenerator;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.Sysctl;

/** The director as a scheduler sees it. Thread-safe. No method allocates. */
public interface SchedulerContext {
    /**
     * The flags of the service when the scheduler was created; unmodifiable.
     * {@link Scheduler#flagsChanged} reports changes.
     */
    Set<SchedulerFlag> flags();

    /** The director's time in nanoseconds. Only differences are meaningful, as of {@link System#nanoTime}. */
    long nanoTime();

    /** The present value of a setting of the director, in the unit of IPVS. */
    int sysctl(Sysctl sysctl);

    /** The director's random number generator, which makes schedules repeatable if it is seeded. */
    RandomGenerator random();
}
