package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.Flow;

/** Knows no connection and claims to know all. */
final class EmptyStore implements ConnectionStore {
    @Override
    public int follow(Flow flow) {
        return (int) flow.sourceLow() + flow.sourcePort() & Integer.MAX_VALUE;
    }

    @Override
    public void place(Flow flow) {
        // Nowhere.
    }

    @Override
    public void end(Flow flow) {
        // It never began.
    }

    @Override
    public long live() {
        return 0;
    }
}
