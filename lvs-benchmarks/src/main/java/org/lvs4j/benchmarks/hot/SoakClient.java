package org.lvs4j.benchmarks.hot;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * The clients of one thread: a constant number of connections, in the order of their age. Each operation ends the
 * oldest one, opens a new one, and sends packets of some in between, which must reach the server that the connection
 * was opened with.
 */
final class SoakClient implements Runnable {
    private static final int PACKETS = 4;
    private static final int BATCH = 16;

    // The lead that a thread may have, as a fraction of its connections: 12 s of the clock.
    private static final int LEAD_FRACTION = 8;

    private final ConnectionStore store;
    private final Clock clock;
    private final long stepNanos;
    private @Nullable SoakClient partner;
    private final Flow flow = new Flow();
    private final ThreadState thread = new ThreadState();

    // The low byte of the server of each connection, at the number of the connection modulo the length.
    private final byte[] servers;

    // Written by another thread, read by this one before each batch.
    private volatile boolean stopped;

    // Written by this thread alone, read by the partner and by the reporting thread.
    private volatile long operations;
    private volatile String failure = "";

    /**
     * Clients without connections; {@link #fill} opens them.
     *
     * @param connections the number of connections
     * @param stepNanos how far an operation of this thread advances the clock, or 0
     */
    SoakClient(ConnectionStore store, Clock clock, int index, int connections, long stepNanos) {
        this.store = store;
        this.clock = clock;
        this.stepNanos = stepNanos;
        servers = new byte[connections];
        thread.begin(index, index + 1);
        long first = ThreadState.firstOwn(index);
        thread.own(first, first);
    }

    /** Sets the client that this one must not get far ahead of. To be called before either runs. */
    void keepInStepWith(SoakClient client) {
        partner = client;
    }

    /** Opens the first connections. To be called before the thread runs. */
    void fill() {
        for (int i = 0; i < servers.length; i++) {
            place();
        }
    }

    private void place() {
        store.place(Keys.fill(flow, Protocol.TCP, thread.newest));
        servers[slot(thread.newest)] = (byte) store.follow(flow);
        thread.newest++;
    }

    private int slot(long number) {
        return (int) ((number & (1L << 40) - 1) % servers.length);
    }

    @Override
    public void run() {
        try {
            while (!stopped && failure.isEmpty()) {
                for (int i = 0; i < BATCH; i++) {
                    endAndOpen();
                }
                operations += BATCH;
                if (stepNanos > 0) {
                    clock.advance(stepNanos * BATCH);
                }
                waitFor(partner);
            }
        } catch (RuntimeException e) {
            failure = e.toString();
        }
    }

    /**
     * Limits the lead of this thread; otherwise the partner, once it catches up, advances the clock too far at once.
     */
    private void waitFor(@Nullable SoakClient client) {
        while (client != null
                && operations - client.operations > servers.length / LEAD_FRACTION
                && !stopped
                && client.failure.isEmpty()) {
            Thread.yield();
        }
    }

    private void endAndOpen() {
        store.end(Keys.fill(flow, Protocol.TCP, thread.oldest++));
        place();
        for (int i = 0; i < PACKETS; i++) {
            check(thread.oldest + thread.next(new int[0], servers.length));
        }
    }

    private void check(long number) {
        int server = store.follow(Keys.fill(flow, Protocol.TCP, number));
        if (server < 0 || (byte) server != servers[slot(number)]) {
            failure = flow + (server < 0 ? " was lost" : " has moved to server " + server);
        }
    }

    /** Sends a packet of every connection. To be called after the thread has ended. */
    void checkAll() {
        for (long number = thread.oldest; number < thread.newest && failure.isEmpty(); number++) {
            check(number);
        }
    }

    void stop() {
        stopped = true;
    }

    /** Permits another run. To be called before the thread starts. */
    void resume() {
        stopped = false;
    }

    /** The number of connections that were opened and ended, without the first ones. */
    long operations() {
        return operations;
    }

    /** The number of open connections. To be called after the thread has ended. */
    long live() {
        return thread.newest - thread.oldest;
    }

    /** The first failure; empty if there is none. */
    String failure() {
        return failure;
    }
}
