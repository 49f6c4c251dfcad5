package org.lvs4j.scheduler;

import org.lvs4j.service.RealServer;

/** A list as it was before its newest servers were added. */
final class OlderServers implements Servers {
    private final Servers all;
    private final int newer;

    /**
     * A list without its head.
     *
     * @param newer how many servers of {@code all} were added later
     */
    OlderServers(Servers all, int newer) {
        this.all = all;
        this.newer = newer;
    }

    @Override
    public int size() {
        return all.size() - newer;
    }

    @Override
    public int weight(int index) {
        return all.weight(newer + index);
    }

    @Override
    public int lastWeight(int index) {
        return all.lastWeight(newer + index);
    }

    @Override
    public boolean overloaded(int index) {
        return all.overloaded(newer + index);
    }

    @Override
    public boolean excluded(int index) {
        return all.excluded(newer + index);
    }

    @Override
    public int active(int index) {
        return all.active(newer + index);
    }

    @Override
    public int inactive(int index) {
        return all.inactive(newer + index);
    }

    @Override
    public long connections(int index) {
        return all.connections(newer + index);
    }

    @Override
    public int id(int index) {
        return all.id(newer + index);
    }

    @Override
    public int indexOf(int id) {
        return Math.max(all.indexOf(id) - newer, -1);
    }

    @Override
    public RealServer server(int index) {
        return all.server(newer + index);
    }
}
