package org.lvs4j.benchmarks;

import org.lvs4j.net.Flow;

/** Chooses a server for a new connection with the means of one peer. Thread-safe. */
interface Picker {
    /** The index of the chosen server in {@link ServerFixture#servers()}. */
    int pick(Flow flow);
}
