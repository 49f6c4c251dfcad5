package org.lvs4j.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.NameResolver.ConfigOrError;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.scheduler.Schedulers;

/** The provider of the policy {@code lvs} that gRPC finds by itself. Each channel has a director of its own. */
public final class LvsLoadBalancerProvider extends LoadBalancerProvider {
    private static final int PRIORITY = 5;

    private final @Nullable Director shared;

    /** Called by gRPC. */
    public LvsLoadBalancerProvider() {
        shared = null;
    }

    LvsLoadBalancerProvider(Director director) {
        shared = director;
    }

    @Override
    public boolean isAvailable() {
        return true;
    }

    /** 5, the usual one; 6 with a director of the application, so that it precedes the other. */
    @Override
    public int getPriority() {
        return shared == null ? PRIORITY : PRIORITY + 1;
    }

    @Override
    public String getPolicyName() {
        return LvsGrpc.POLICY;
    }

    /** Checks all options of the service config at once. */
    @Override
    public ConfigOrError parseLoadBalancingPolicyConfig(Map<String, ?> config) {
        Set<String> schedulers = shared != null
                ? shared.schedulers()
                : Schedulers.load(Director.class.getClassLoader()).names();
        return Options.parse(requireNonNull(config, "config"), schedulers);
    }

    @Override
    public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
        return new LvsLoadBalancer(requireNonNull(helper, "helper"), shared != null ? shared : Director.create());
    }
}
