package org.lvs4j;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.scheduler.Servers;
import org.lvs4j.service.RealServer;

/**
 * The servers of a service in one configuration, newest first. Immutable but for the live connection counts.
 *
 * <p>Weights are effective weights: during slow start that of a server is below the configured one, and a later list of
 * the same servers raises it.
 */
final class ServerPool implements Servers, LoadBoard.Source {
    /** A list that is not longer is searched from its head to its end. */
    private static final int SHORT = 64;

    private final LoadBoard board;
    private final ServerState[] states;

    // A search among thousands of endpoints compares these integers instead of reading every server.
    private final int[] endpointHashes;
    private final int[] weights;
    private final int[] lastWeights;
    private final long[] startsNanos;
    private final boolean @Nullable [] excluded;

    // The indexes of a long list by the hashes of their endpoints, plus one; made by the first look-up. Volatile: the
    // write publishes the elements. Threads that race make it several times.
    private volatile int @Nullable [] slots;

    private ServerPool(
            LoadBoard board,
            ServerState[] states,
            int[] endpointHashes,
            int[] weights,
            int[] lastWeights,
            long[] startsNanos,
            boolean @Nullable [] excluded) {
        this.board = board;
        this.states = states;
        this.endpointHashes = endpointHashes;
        this.weights = weights;
        this.lastWeights = lastWeights;
        this.startsNanos = startsNanos;
        this.excluded = excluded;
    }

    /** The list of a new service. */
    static ServerPool empty() {
        return new ServerPool(
                new LoadBoard(), new ServerState[0], new int[0], new int[0], new int[0], new long[0], null);
    }

    /** The list with further servers at its head, the last one first. */
    ServerPool with(List<ServerState> added, SlowStart slowStart) {
        int count = added.size();
        int size = count + states.length;
        ServerState[] now = new ServerState[size];
        int[] nowHashes = new int[size];
        int[] nowWeights = new int[size];
        int[] nowLast = new int[size];
        long[] nowStarts = new long[size];
        for (int i = 0; i < count; i++) {
            ServerState server = added.get(count - 1 - i);
            now[i] = server;
            nowHashes[i] = server.config().endpoint().hashCode();
            nowStarts[i] = slowStart.enabled() ? slowStart.nowNanos() : SlowStart.DONE;
            nowWeights[i] = slowStart.weight(server.weight(), nowStarts[i]);
            nowLast[i] = nowWeights[i];
        }
        System.arraycopy(states, 0, now, count, states.length);
        System.arraycopy(endpointHashes, 0, nowHashes, count, states.length);
        System.arraycopy(weights, 0, nowWeights, count, states.length);
        System.arraycopy(lastWeights, 0, nowLast, count, states.length);
        System.arraycopy(startsNanos, 0, nowStarts, count, states.length);
        return new ServerPool(board, now, nowHashes, nowWeights, nowLast, nowStarts, null);
    }

    /** The list without the server at an index. */
    ServerPool without(int index) {
        ServerState[] now = new ServerState[states.length - 1];
        int[] nowHashes = new int[now.length];
        int[] nowWeights = new int[now.length];
        int[] nowLast = new int[now.length];
        long[] nowStarts = new long[now.length];
        copyWithout(index, states, now);
        copyWithout(index, endpointHashes, nowHashes);
        copyWithout(index, weights, nowWeights);
        copyWithout(index, lastWeights, nowLast);
        copyWithout(index, startsNanos, nowStarts);
        return new ServerPool(board, now, nowHashes, nowWeights, nowLast, nowStarts, null);
    }

    /** Copies an array into one that is shorter by one element. */
    private static void copyWithout(int index, Object from, Object to) {
        System.arraycopy(from, 0, to, 0, index);
        System.arraycopy(from, index + 1, to, index, Array.getLength(to) - index);
    }

    /** The same servers with their present weights. Slow start begins again for a server whose weight was zero. */
    ServerPool withPresentWeights(SlowStart slowStart) {
        int[] nowWeights = new int[states.length];
        int[] nowLast = lastWeights.clone();
        long[] nowStarts = startsNanos.clone();
        for (int i = 0; i < states.length; i++) {
            int configured = states[i].weight();
            if (weights[i] == 0 && slowStart.enabled()) {
                nowStarts[i] = slowStart.nowNanos();
            } else if (slowStart.finished(nowStarts[i])) {
                nowStarts[i] = SlowStart.DONE;
            }
            nowWeights[i] = slowStart.weight(configured, nowStarts[i]);
            if (nowWeights[i] > 0) {
                nowLast[i] = nowWeights[i];
            }
        }
        return new ServerPool(board, states, endpointHashes, nowWeights, nowLast, nowStarts, null);
    }

    /** Whether a slow start is in progress. */
    boolean starting() {
        for (int i = 0; i < states.length; i++) {
            if (startsNanos[i] != SlowStart.DONE && weights[i] > 0) {
                return true;
            }
        }
        return false;
    }

    /** The same list, in which some servers are excluded and so count as overloaded. */
    ServerPool excluding(List<Endpoint> endpoints) {
        boolean[] marks = new boolean[states.length];
        for (Endpoint endpoint : endpoints) {
            int index = indexOf(endpoint);
            if (index >= 0) {
                marks[index] = true;
            }
        }
        return new ServerPool(board, states, endpointHashes, weights, lastWeights, startsNanos, marks);
    }

    /** The board of the service, also for a list with excluded servers, for which {@link #loadBoard()} is null. */
    LoadBoard board() {
        return board;
    }

    /** The configuration of the servers in the order of the list. */
    List<RealServer> configurations() {
        List<RealServer> servers = new ArrayList<>(states.length);
        for (ServerState state : states) {
            servers.add(state.config());
        }
        return servers;
    }

    /** The configuration of the servers in the order in which they were added. */
    List<RealServer> oldestFirst() {
        List<RealServer> servers = new ArrayList<>(states.length);
        for (int i = states.length - 1; i >= 0; i--) {
            servers.add(states[i].config());
        }
        return servers;
    }

    ServerState state(int index) {
        return states[index];
    }

    int indexOf(Endpoint endpoint) {
        int hash = endpoint.hashCode();
        for (int i = 0; i < states.length; i++) {
            if (has(i, endpoint, hash)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * As {@link #indexOf(Endpoint)}, for many searches of the same list: the first one in a long list costs time in
     * proportion to its length, a further one does not.
     */
    int lookUp(Endpoint endpoint) {
        return states.length > SHORT ? indexByHash(endpoint, endpoint.hashCode()) : indexOf(endpoint);
    }

    private boolean has(int index, Endpoint endpoint, int hash) {
        return endpointHashes[index] == hash
                && states[index].config().endpoint().equals(endpoint);
    }

    private int indexByHash(Endpoint endpoint, int hash) {
        int[] all = slots;
        if (all == null) {
            all = slotsByHash();
            slots = all;
        }
        int mask = all.length - 1;
        for (int slot = spread(hash) & mask; all[slot] != 0; slot = slot + 1 & mask) {
            if (has(all[slot] - 1, endpoint, hash)) {
                return all[slot] - 1;
            }
        }
        return -1;
    }

    private int[] slotsByHash() {
        int[] all = new int[Integer.highestOneBit(states.length) * 4];
        for (int i = 0; i < states.length; i++) {
            int slot = spread(endpointHashes[i]) & all.length - 1;
            while (all[slot] != 0) {
                slot = slot + 1 & all.length - 1;
            }
            all[slot] = i + 1;
        }
        return all;
    }

    private static int spread(int hash) {
        int mixed = hash * 0x9E37_79B9;
        return mixed ^ mixed >>> 16;
    }

    @Override
    public int size() {
        return states.length;
    }

    @Override
    public int weight(int index) {
        return weights[index];
    }

    @Override
    public int lastWeight(int index) {
        return lastWeights[index];
    }

    @Override
    public boolean overloaded(int index) {
        // Most services have no thresholds: then the server's own memory is not read.
        return excluded(index) || board.overloadSeen() && states[index].overloaded();
    }

    @Override
    public boolean excluded(int index) {
        return excluded != null && excluded[index];
    }

    @Override
    public int active(int index) {
        return states[index].active();
    }

    @Override
    public int inactive(int index) {
        return states[index].inactive();
    }

    @Override
    public long connections(int index) {
        return states[index].connections();
    }

    @Override
    public @Nullable LoadBoard loadBoard() {
        return excluded == null ? board : null;
    }

    @Override
    public int id(int index) {
        return states[index].id();
    }

    @Override
    public int indexOf(int id) {
        for (int i = 0; i < states.length; i++) {
            if (states[i].id() == id) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public RealServer server(int index) {
        return states[index].config();
    }
}
