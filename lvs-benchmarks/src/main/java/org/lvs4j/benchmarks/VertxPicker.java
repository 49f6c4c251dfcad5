package org.lvs4j.benchmarks;

import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.endpoint.DefaultInteractionMetric;
import io.vertx.core.net.endpoint.DefaultInteractionMetrics;
import io.vertx.core.net.endpoint.InteractionMetrics;
import io.vertx.core.net.endpoint.LoadBalancer;
import io.vertx.core.net.endpoint.ServerEndpoint;
import io.vertx.core.net.endpoint.ServerInteraction;
import io.vertx.core.net.endpoint.ServerSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lvs4j.net.Flow;
import org.lvs4j.scheduler.Servers;

/**
 * The balancers of Vert.x over endpoints without a network. Its least requests corresponds to lc: the fewest pending
 * requests, without weights.
 */
final class VertxPicker implements Picker, LoadedPicker {
    private static final Map<String, LoadBalancer> BALANCERS =
            Map.of("rr", LoadBalancer.ROUND_ROBIN, "lc", LoadBalancer.LEAST_REQUESTS);
    static final Set<String> SCHEDULERS = BALANCERS.keySet();

    private static final int MAX_TICKETS = 1024;

    private final List<Target> targets = new ArrayList<>();
    private final ServerSelector selector;
    private final DefaultInteractionMetric[] pending = new DefaultInteractionMetric[MAX_TICKETS];

    VertxPicker(String scheduler, Servers servers) {
        LoadBalancer balancer = BALANCERS.get(scheduler);
        for (int i = 0; i < servers.size(); i++) {
            Target target = new Target(i, balancer.newMetrics());
            for (int active = servers.active(i); active > 0; active--) {
                target.begin();
            }
            targets.add(target);
        }
        selector = balancer.selector(targets);
    }

    @Override
    public int pick(Flow flow) {
        return selector.select();
    }

    @Override
    public int take(Flow flow, int ticket) {
        int index = selector.select();
        pending[ticket] = targets.get(index).begin();
        return index;
    }

    @Override
    public void release(int index, int ticket) {
        targets.get(index).end(pending[ticket]);
    }

    private static final class Target implements ServerEndpoint {
        private final int index;
        private final InteractionMetrics<?> metrics;

        Target(int index, InteractionMetrics<?> metrics) {
            this.index = index;
            this.metrics = metrics;
        }

        DefaultInteractionMetric begin() {
            if (!(metrics instanceof DefaultInteractionMetrics counted)) {
                return new DefaultInteractionMetric();
            }
            DefaultInteractionMetric request = counted.initiateRequest();
            counted.reportRequestBegin(request);
            return request;
        }

        void end(DefaultInteractionMetric request) {
            if (metrics instanceof DefaultInteractionMetrics counted) {
                counted.reportRequestEnd(request);
                counted.reportResponseBegin(request);
                counted.reportResponseEnd(request);
            }
        }

        @Override
        public String key() {
            return String.valueOf(index);
        }

        @Override
        public InteractionMetrics<?> metrics() {
            return metrics;
        }

        @Override
        public SocketAddress address() {
            throw new UnsupportedOperationException("there is no network");
        }

        @Override
        public String protocolId() {
            return "benchmark";
        }

        @Override
        public ServerInteraction newInteraction() {
            throw new UnsupportedOperationException("the metrics count requests");
        }

        @Override
        public Object unwrap() {
            return this;
        }
    }
}
