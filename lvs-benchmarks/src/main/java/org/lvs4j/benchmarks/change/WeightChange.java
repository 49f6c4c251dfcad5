package org.lvs4j.benchmarks.change;

/** Makes one change of a {@link ConfiguredDirector} after another. Not thread-safe. */
interface WeightChange extends AutoCloseable {
    /** Makes a step of {@link ConfiguredDirector#steps()}; every earlier step has been made. */
    void make(int step);

    /** Releases sockets and threads, if there are any. */
    @Override
    default void close() {}
}
