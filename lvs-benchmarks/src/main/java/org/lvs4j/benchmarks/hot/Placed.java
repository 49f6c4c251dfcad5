package org.lvs4j.benchmarks.hot;

/** The value of a map: where a connection goes, and room for its time and state, which such maps keep nowhere else. */
final class Placed {
    final int server;
    int state;
    long deadlineNanos;

    Placed(int server) {
        this.server = server;
    }
}
