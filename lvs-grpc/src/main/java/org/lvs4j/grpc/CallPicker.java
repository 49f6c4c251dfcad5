package org.lvs4j.grpc;

import io.grpc.CallOptions;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Affinity;
import org.lvs4j.Connection;
import org.lvs4j.DirectorException;
import org.lvs4j.service.ServiceKey;

/** Places each call by the director. Called by any thread; lock-free but for persistence. */
final class CallPicker extends SubchannelPicker {
    private final LvsLoadBalancer balancer;
    private final ServiceKey key;
    private final Metadata.@Nullable Key<String> affinityHeader;

    CallPicker(LvsLoadBalancer balancer, ServiceKey key, Metadata.@Nullable Key<String> affinityHeader) {
        this.balancer = balancer;
        this.key = key;
        this.affinityHeader = affinityHeader;
    }

    @Override
    public PickResult pickSubchannel(PickSubchannelArgs args) {
        CallOptions options = args.getCallOptions();
        Connection connection;
        try {
            Affinity affinity = affinity(options, args.getHeaders());
            connection = affinity == null
                    ? balancer.director().open(key)
                    : balancer.director().open(key, affinity);
        } catch (DirectorException e) {
            if (e.reason() == DirectorException.Reason.NO_SUCH_SERVICE && balancer.anyReady()) {
                // The application has removed it. The call waits for the next picker.
                balancer.restoreService();
                return PickResult.withNoResult();
            }
            return refused(options, e.getMessage());
        }
        while (connection.accepted()) {
            ServerChannel server = balancer.server(connection.server().endpoint());
            if (server != null) {
                PickResult result = server.pick(connection, balancer.mayForget(options));
                return result != null ? result : PickResult.withNoResult();
            }
            // The application has added this server: there is no subchannel for it.
            if (!connection.retry()) {
                break;
            }
        }
        return refused(options, "every server of " + key + " has weight 0, is drained or is overloaded");
    }

    private @Nullable Affinity affinity(CallOptions options, Metadata headers) {
        Affinity affinity = options.getOption(LvsGrpc.AFFINITY);
        if (affinity == null && affinityHeader != null) {
            String text = headers.get(affinityHeader);
            return text == null ? null : Affinity.of(text);
        }
        return affinity;
    }

    private PickResult refused(CallOptions options, @Nullable String reason) {
        if (!balancer.anyReady()) {
            return PickResult.withNoResult();
        }
        if (options.isWaitForReady()) {
            balancer.pickAgainSoon();
        }
        return PickResult.withError(Status.UNAVAILABLE.withDescription(reason));
    }
}
