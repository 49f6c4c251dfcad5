package org.lvs4j.scheduler;

import java.util.Set;
import java.util.random.RandomGenerator;
import org.lvs4j.service.SchedulerFlag;

/** What a scheduler may ask of its director. Thread-safe. */
public interface SchedulerContext {
    /** The flags of the service; unmodifiable. */
    Set<SchedulerFlag> flags();

    /** The director's time in nanoseconds; only differences mean something. */
    long nanoTime();

    /** The director's source of randomness. */
    RandomGenerator random();
}
