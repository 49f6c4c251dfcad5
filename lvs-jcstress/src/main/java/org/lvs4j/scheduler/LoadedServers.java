package org.lvs4j.scheduler;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.service.RealServer;

/**
 * A list of servers of weight 1. A change of a load first writes it and then reports it to the board, as
 * a director does.
 */
final class LoadedServers implements Servers, LoadBoard.Source {
    private final LoadBoard board = new LoadBoard();
    private final AtomicIntegerArray active;

    LoadedServers(int... loads) {
        active = new AtomicIntegerArray(loads);
    }

    void change(int index, int delta) {
        active.getAndAdd(index, delta);
        if (delta < 0) {
            board.loadDecreased(index);
        }
    }

    @Override
    public int size() {
        return active.length();
    }

    @Override
    public int weight(int index) {
        return 1;
    }

    @Override
    public int lastWeight(int index) {
        return 1;
    }

    @Override
    public boolean overloaded(int index) {
        return false;
    }

    @Override
    public int active(int index) {
        return active.get(index);
    }

    @Override
    public int inactive(int index) {
        return 0;
    }

    @Override
    public LoadBoard loadBoard() {
        return board;
    }

    @Override
    public int id(int index) {
        return index;
    }

    @Override
    public int indexOf(int id) {
        return id < size() ? id : -1;
    }

    @Override
    public RealServer server(int index) {
        throw new UnsupportedOperationException("not needed here");
    }
}
