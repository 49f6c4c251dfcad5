package org.lvs4j.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.lvs4j.service.RealServer;

/** A list of servers whose live state is set by tests. Lists made from one another share it. */
final class TestServers implements Servers {
    /** The live state of a server. */
    static final class Live {
        final int id;
        final AtomicInteger active = new AtomicInteger();
        final AtomicInteger inactive = new AtomicInteger();
        volatile boolean overloaded;
        volatile boolean excluded;

        Live(int id) {
            this.id = id;
        }
    }

    private final List<RealServer> servers;
    private final List<Live> live;
    private final int[] lastWeights;

    private TestServers(List<RealServer> servers, List<Live> live, int[] lastWeights) {
        this.servers = servers;
        this.live = live;
        this.lastWeights = lastWeights;
        for (int i = 0; i < lastWeights.length; i++) {
            lastWeights[i] = servers.get(i).weight() > 0 ? servers.get(i).weight() : lastWeights[i];
        }
    }

    static TestServers none() {
        return new TestServers(List.of(), List.of(), new int[0]);
    }

    TestServers with(RealServer server, Live state) {
        List<RealServer> nowServers = new ArrayList<>(servers);
        List<Live> nowLive = new ArrayList<>(live);
        nowServers.add(0, server);
        nowLive.add(0, state);
        int[] weights = new int[nowServers.size()];
        System.arraycopy(lastWeights, 0, weights, 1, lastWeights.length);
        return new TestServers(nowServers, nowLive, weights);
    }

    TestServers without(int index) {
        List<RealServer> nowServers = new ArrayList<>(servers);
        List<Live> nowLive = new ArrayList<>(live);
        nowServers.remove(index);
        nowLive.remove(index);
        int[] weights = new int[nowServers.size()];
        System.arraycopy(lastWeights, 0, weights, 0, index);
        System.arraycopy(lastWeights, index + 1, weights, index, weights.length - index);
        return new TestServers(nowServers, nowLive, weights);
    }

    TestServers withWeight(int index, int weight) {
        List<RealServer> nowServers = new ArrayList<>(servers);
        nowServers.set(index, nowServers.get(index).withWeight(weight));
        return new TestServers(nowServers, live, lastWeights.clone());
    }

    Live live(int index) {
        return live.get(index);
    }

    int indexOf(String endpoint) {
        for (int i = 0; i < servers.size(); i++) {
            if (servers.get(i).endpoint().toString().equals(endpoint)) {
                return i;
            }
        }
        throw new AssertionError("no server " + endpoint);
    }

    @Override
    public int size() {
        return servers.size();
    }

    @Override
    public int weight(int index) {
        return servers.get(index).weight();
    }

    @Override
    public int lastWeight(int index) {
        return lastWeights[index];
    }

    @Override
    public boolean overloaded(int index) {
        return live.get(index).overloaded || excluded(index);
    }

    @Override
    public boolean excluded(int index) {
        return live.get(index).excluded;
    }

    @Override
    public int active(int index) {
        return live.get(index).active.get();
    }

    @Override
    public int inactive(int index) {
        return live.get(index).inactive.get();
    }

    @Override
    public int id(int index) {
        return live.get(index).id;
    }

    @Override
    public int indexOf(int id) {
        for (int i = 0; i < live.size(); i++) {
            if (live.get(i).id == id) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public RealServer server(int index) {
        return servers.get(index);
    }
}
