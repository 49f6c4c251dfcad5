package org.lvs4j.benchmarks;

import com.linecorp.armeria.common.loadbalancer.LoadBalancer;
import com.linecorp.armeria.common.loadbalancer.SimpleLoadBalancer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.lvs4j.net.Flow;
import org.lvs4j.scheduler.Servers;

/** The balancers of Armeria over plain candidates. */
final class ArmeriaPicker implements Picker {
    static final Set<String> SCHEDULERS = Set.of("rr", "wrr");

    private final SimpleLoadBalancer<Candidate> balancer;

    private ArmeriaPicker(SimpleLoadBalancer<Candidate> balancer) {
        this.balancer = balancer;
    }

    static ArmeriaPicker of(String scheduler, Servers servers) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            candidates.add(new Candidate(i, servers.weight(i)));
        }
        return new ArmeriaPicker(
                scheduler.equals("rr")
                        ? LoadBalancer.ofRoundRobin(candidates)
                        : LoadBalancer.ofWeightedRoundRobin(candidates, Candidate::weight));
    }

    @Override
    public int pick(Flow flow) {
        return balancer.pick().index;
    }

    private record Candidate(int index, int weight) {}
}
