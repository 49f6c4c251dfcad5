package org.lvs4j.benchmarks.hot;

/** How a caller passes a batch of packets to the director. */
public enum Batch {
    /** Dispatches each packet without prefetching. */
    ONE_BY_ONE,
    /** Prefetches the connections of all packets, then dispatches all: the memory accesses overlap. */
    PREFETCHED
}
