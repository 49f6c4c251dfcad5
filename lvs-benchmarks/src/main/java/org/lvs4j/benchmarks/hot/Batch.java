package org.lvs4j.benchmarks.hot;

/** How a caller hands over the packets that it has at hand. */
public enum Batch {
    /** Each by itself. */
    ONE_BY_ONE,
    /** All announced first, so that their connections' memory is fetched at the same time. */
    ANNOUNCED
}
