package org.lvs4j.scheduler;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.service.RealServer;

/** A list that reports decreased loads to a board. Lists made from one another share loads and board. */
final class MarkedServers implements Servers, LoadBoard.Source {
    private static final RealServer SERVER =
            RealServer.builder("192.168.0.1:80").build();

    private final LoadBoard board;
    private final AtomicLongArray connections;
    private final AtomicIntegerArray overloaded;
    private final int[] weights;
    private final int[] ids;
    private final boolean onBoard;

    private MarkedServers(
            LoadBoard board,
            AtomicLongArray connections,
            AtomicIntegerArray overloaded,
            int[] weights,
            int[] ids,
            boolean onBoard) {
        this.board = board;
        this.connections = connections;
        this.overloaded = overloaded;
        this.weights = weights;
        this.ids = ids;
        this.onBoard = onBoard;
    }

    /** Servers of weight 0 to 4, with ids that descend from size - 1. */
    static MarkedServers random(int size, RandomGenerator random) {
        int[] ids = new int[size];
        for (int i = 0; i < size; i++) {
            ids[i] = size - 1 - i;
        }
        return new MarkedServers(
                new LoadBoard(),
                new AtomicLongArray(size),
                new AtomicIntegerArray(size),
                random.ints(size, 0, 5).toArray(),
                ids,
                true);
    }

    /** The same servers in the opposite order. */
    MarkedServers reversed() {
        int size = ids.length;
        int[] nowWeights = new int[size];
        int[] nowIds = new int[size];
        for (int i = 0; i < size; i++) {
            nowWeights[i] = weights[size - 1 - i];
            nowIds[i] = ids[size - 1 - i];
        }
        return new MarkedServers(board, connections, overloaded, nowWeights, nowIds, true);
    }

    /** The same list with another weight of one server. */
    MarkedServers withWeight(int index, int weight) {
        int[] nowWeights = weights.clone();
        nowWeights[index] = weight;
        return new MarkedServers(board, connections, overloaded, nowWeights, ids, onBoard);
    }

    /** The same list without a board. */
    MarkedServers withoutBoard() {
        return new MarkedServers(board, connections, overloaded, weights, ids, false);
    }

    void add(int index, int active, int inactive) {
        connections.getAndAdd(ids[index], ((long) active << 32) + inactive);
        if (active < 0 || inactive < 0) {
            board.loadDecreased(ids[index]);
        }
    }

    void overload(int index, boolean now) {
        overloaded.set(ids[index], now ? 1 : 0);
        if (!now) {
            board.loadDecreased(ids[index]);
        }
    }

    @Override
    public int size() {
        return ids.length;
    }

    @Override
    public int weight(int index) {
        return weights[index];
    }

    @Override
    public int lastWeight(int index) {
        return weights[index];
    }

    @Override
    public boolean overloaded(int index) {
        return overloaded.get(ids[index]) != 0;
    }

    @Override
    public int active(int index) {
        return (int) (connections.get(ids[index]) >>> 32);
    }

    @Override
    public int inactive(int index) {
        return (int) connections.get(ids[index]);
    }

    @Override
    public long connections(int index) {
        return connections.get(ids[index]);
    }

    @Override
    public @Nullable LoadBoard loadBoard() {
        return onBoard ? board : null;
    }

    @Override
    public int id(int index) {
        return ids[index];
    }

    @Override
    public int indexOf(int id) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == id) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public RealServer server(int index) {
        return SERVER;
    }
}
