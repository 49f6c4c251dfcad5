package org.lvs4j.benchmarks.hot;

/** What reads a director's counters while packets pass. */
public enum Metering {
    /** Nothing. */
    NONE,

    /** A registry of Prometheus is bound, and not read. */
    BOUND,

    /** Another thread reads that registry ten times a second. */
    SCRAPED
}
