package org.lvs4j.benchmarks.metrics;

/** How all meters are read. */
public enum ScrapePeer {
    /** A registry of Prometheus makes its page. */
    PROMETHEUS,

    /** The value of each meter of a registry that formats nothing. */
    VALUES
}
