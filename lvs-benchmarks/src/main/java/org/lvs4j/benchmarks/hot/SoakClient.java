package org.lvs4j.benchmarks.hot;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * One thread's clients: always as many connections, in the order of their age. Each round places one, ends the oldest one, and
 * sends packets to some in between, which must reach the server that they have had from the beginning.
 */
final class SoakClient implements Runnable {
    private static final int PACKETS = 4;
    private static final int BATCH = 16;

    // A part of the connections: 12 s of the clock.
    private static final int MOST_AHEAD = 8;

    private final ConnectionStore store;
    private final Clock clock;
    private final long stepNanos;
    private @Nullable SoakClient other;
    private final Flow flow = new Flow();
    private final Walker walker = new Walker();

    // The low byte of the server of each connection, by its number modulo the length.
    private final byte[] servers;
    private volatile boolean stopped;
    private volatile long rounds;
    private volatile String failure = "";

    /**
     * Clients without connections yet.
     *
     * @param connections how many there are to be
     * @param stepNanos how far a round of this thread moves the clock, or 0
     */
    SoakClient(ConnectionStore store, Clock clock, int thread, int connections, long stepNanos) {
        this.store = store;
        this.clock = clock;
        this.stepNanos = stepNanos;
        servers = new byte[connections];
        walker.begin(thread, thread + 1);
        long first = Walker.firstOwn(thread);
        walker.own(first, first);
    }

    /** Keeps in step with another one; before either runs. */
    void keepUpWith(SoakClient client) {
        other = client;
    }

    /** Places the first connections; not for a thread that runs already. */
    void fill() {
        for (int i = 0; i < servers.length; i++) {
            place();
        }
    }

    private void place() {
        store.place(Keys.fill(flow, Protocol.TCP, walker.newest));
        servers[slot(walker.newest)] = (byte) store.follow(flow);
        walker.newest++;
    }

    private int slot(long number) {
        return (int) ((number & (1L << 40) - 1) % servers.length);
    }

    @Override
    public void run() {
        try {
            while (!stopped && failure.isEmpty()) {
                for (int i = 0; i < BATCH; i++) {
                    round();
                }
                rounds += BATCH;
                if (stepNanos > 0) {
                    clock.advance(stepNanos * BATCH);
                }
                waitFor(other);
            }
        } catch (RuntimeException e) {
            failure = e.toString();
        }
    }

    /** Nobody gets far ahead: else the other one, once it catches up, moves the clock too far at a time. */
    private void waitFor(@Nullable SoakClient client) {
        while (client != null
                && rounds - client.rounds > servers.length / MOST_AHEAD
                && !stopped
                && client.failure.isEmpty()) {
            Thread.yield();
        }
    }

    private void round() {
        store.end(Keys.fill(flow, Protocol.TCP, walker.oldest++));
        place();
        for (int i = 0; i < PACKETS; i++) {
            check(walker.oldest + walker.next(new int[0], servers.length));
        }
    }

    private void check(long number) {
        int server = store.follow(Keys.fill(flow, Protocol.TCP, number));
        if (server < 0 || (byte) server != servers[slot(number)]) {
            failure = flow + (server < 0 ? " has vanished" : " has changed its server to number " + server);
        }
    }

    /** Sends a packet to every connection. For a thread that has ended. */
    void checkAll() {
        for (long number = walker.oldest; number < walker.newest && failure.isEmpty(); number++) {
            check(number);
        }
    }

    void stop() {
        stopped = true;
    }

    /** Lets it run again. For a thread that has not begun. */
    void resume() {
        stopped = false;
    }

    /** How many connections it has placed and ended. */
    long rounds() {
        return rounds;
    }

    /** How many live now. For a thread that has ended. */
    long live() {
        return walker.newest - walker.oldest;
    }

    /** What went wrong, or nothing. */
    String failure() {
        return failure;
    }
}
