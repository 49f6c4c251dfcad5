package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.Flow;

/** Stores nothing and returns a server for every flow. */
final class EmptyStore implements ConnectionStore {
    @Override
    public int follow(Flow flow) {
        return (int) flow.sourceLow() + flow.sourcePort() & Integer.MAX_VALUE;
    }

    @Override
    public void place(Flow flow) {
        // Stores nothing.
    }

    @Override
    public void end(Flow flow) {
        // There is nothing to remove.
    }

    @Override
    public long live() {
        return 0;
    }
}
