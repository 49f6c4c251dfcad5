package org.lvs4j.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthCheckingLoadBalancerUtil;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;

/** Health checking by the client, as {@code docs/grpc.md} shows it: the policy inside the one of grpc-services. */
final class HealthCheckedTest {
    /** The policy {@code lvs} with the {@code healthCheckConfig} of the service config. */
    private static final class HealthChecked extends LoadBalancerProvider {
        private final LoadBalancerProvider lvs;

        HealthChecked(Director director) {
            lvs = LvsGrpc.provider(director);
        }

        @Override
        public boolean isAvailable() {
            return true;
        }

        @Override
        public int getPriority() {
            return lvs.getPriority() + 1;
        }

        @Override
        public String getPolicyName() {
            return LvsGrpc.POLICY;
        }

        @Override
        public ConfigOrError parseLoadBalancingPolicyConfig(Map<String, ?> config) {
            return lvs.parseLoadBalancingPolicyConfig(config);
        }

        @Override
        public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
            return HealthCheckingLoadBalancerUtil.newHealthCheckingLoadBalancer(lvs, helper);
        }
    }

    @Test
    void health_serviceNotServing_leavesAndComesBack() throws Exception {
        try (Cluster cluster = new Cluster(
                2,
                Map.of("scheduler", "rr"),
                Map.of("healthCheckConfig", Map.of("serviceName", "")),
                HealthChecked::new)) {
            Node sick = cluster.nodes.get(0);
            sick.health.setStatus("", ServingStatus.NOT_SERVING);
            cluster.awaitServers(1);
            assertThat(cluster.shares(6)).isEqualTo(Map.of("b", 6));

            sick.health.setStatus("", ServingStatus.SERVING);
            cluster.awaitServers(2);
            assertThat(cluster.shares(6)).isEqualTo(Map.of("a", 3, "b", 3));
            cluster.awaitNoCalls();
        }
    }
}
