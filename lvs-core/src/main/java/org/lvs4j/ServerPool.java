package org.lvs4j;

import org.jspecify.annotations.Nullable;
import org.lvs4j.connection.ServerState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.scheduler.Servers;
import org.lvs4j.service.RealServer;

/** The list of a service's servers as of one configuration, newest first. Immutable but for the live counts. */
final class ServerPool implements Servers {
    static final ServerPool EMPTY = new ServerPool(new ServerState[0], new int[0], null);

    private final ServerState[] states;
    private final int[] weights;
    private final int[] lastWeights;
    private final boolean @Nullable [] excluded;

    private ServerPool(ServerState[] states, int[] formerWeights, boolean @Nullable [] excluded) {
        this.states = states;
        this.excluded = excluded;
        weights = new int[states.length];
        lastWeights = formerWeights;
        for (int i = 0; i < states.length; i++) {
            weights[i] = states[i].config().weight();
            if (weights[i] > 0) {
                lastWeights[i] = weights[i];
            }
        }
    }

    /** The list with a server at its head. */
    ServerPool with(ServerState newest) {
        ServerState[] now = new ServerState[states.length + 1];
        now[0] = newest;
        System.arraycopy(states, 0, now, 1, states.length);
        int[] former = new int[now.length];
        System.arraycopy(lastWeights, 0, former, 1, lastWeights.length);
        return new ServerPool(now, former, null);
    }

    /** The list without the server at an index. */
    ServerPool without(int index) {
        ServerState[] now = new ServerState[states.length - 1];
        System.arraycopy(states, 0, now, 0, index);
        System.arraycopy(states, index + 1, now, index, now.length - index);
        int[] former = new int[now.length];
        System.arraycopy(lastWeights, 0, former, 0, index);
        System.arraycopy(lastWeights, index + 1, former, index, former.length - index);
        return new ServerPool(now, former, null);
    }

    /** The same list with the weights that the servers are configured with now. */
    ServerPool reread() {
        return new ServerPool(states, lastWeights.clone(), null);
    }

    /** A view in which some servers count as overloaded. */
    ServerPool excluding(int[] ids) {
        boolean[] marks = new boolean[states.length];
        for (int id : ids) {
            int index = indexOf(id);
            if (index >= 0) {
                marks[index] = true;
            }
        }
        return new ServerPool(states, lastWeights.clone(), marks);
    }

    ServerState state(int index) {
        return states[index];
    }

    int indexOf(Endpoint endpoint) {
        for (int i = 0; i < states.length; i++) {
            if (states[i].config().endpoint().equals(endpoint)) {
                return i;
            }
        }
        return -1;
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
        return excluded(index) || states[index].overloaded();
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
