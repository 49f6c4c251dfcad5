package org.lvs4j.benchmarks.hot;

/** The value of a connection in a map: its server, and space for its state and deadline. */
final class MapValue {
    final int server;
    int state;
    long deadlineNanos;

    MapValue(int server) {
        this.server = server;
    }
}
