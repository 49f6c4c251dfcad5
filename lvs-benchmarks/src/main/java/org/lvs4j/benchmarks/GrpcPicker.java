package org.lvs4j.benchmarks;

import io.grpc.Attributes;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.SynchronizationContext;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;

/**
 * The {@code round_robin} policy of grpc-java over subchannels without a network, all of them ready. The benchmark
 * calls the picker that the policy publishes to its channel.
 */
final class GrpcPicker implements Picker {
    private final SubchannelPicker picker;

    GrpcPicker(int size) {
        List<EquivalentAddressGroup> groups = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            groups.add(new EquivalentAddressGroup(new IndexAddress(i)));
        }
        Channel channel = new Channel();
        LoadBalancer policy = LoadBalancerRegistry.getDefaultRegistry()
                .getProvider("round_robin")
                .newLoadBalancer(channel);
        channel.context.execute(() -> policy.acceptResolvedAddresses(
                ResolvedAddresses.newBuilder().setAddresses(groups).build()));
        if (channel.state != ConnectivityState.READY || channel.picker == null) {
            throw new IllegalStateException("round_robin is " + channel.state + " instead of ready");
        }
        picker = channel.picker;
    }

    @Override
    public int pick(Flow flow) {
        // The policy ignores its argument.
        return ((ReadySubchannel) picker.pickSubchannel(null).getSubchannel()).index;
    }

    /** Stores the state and the picker that the policy publishes. */
    private static final class Channel extends LoadBalancer.Helper {
        final SynchronizationContext context = new SynchronizationContext((thread, error) -> {
            throw new IllegalStateException("round_robin failed", error);
        });

        @Nullable
        ConnectivityState state;

        @Nullable
        SubchannelPicker picker;

        @Override
        public Subchannel createSubchannel(CreateSubchannelArgs args) {
            return new ReadySubchannel(args, context);
        }

        @Override
        public void updateBalancingState(ConnectivityState newState, SubchannelPicker newPicker) {
            state = newState;
            picker = newPicker;
        }

        @Override
        public SynchronizationContext getSynchronizationContext() {
            return context;
        }

        @Override
        public ManagedChannel createOobChannel(EquivalentAddressGroup group, String authority) {
            throw new UnsupportedOperationException("there is no network");
        }

        @Override
        public String getAuthority() {
            return "benchmark";
        }
    }

    /** A subchannel that is connected and healthy as soon as the policy requests a connection. */
    private static final class ReadySubchannel extends Subchannel {
        final int index;
        private final CreateSubchannelArgs args;
        private final SynchronizationContext context;
        private @Nullable SubchannelStateListener listener;

        ReadySubchannel(CreateSubchannelArgs args, SynchronizationContext context) {
            this.args = args;
            this.context = context;
            index = ((IndexAddress) args.getAddresses().get(0).getAddresses().get(0)).index;
        }

        @Override
        public void start(SubchannelStateListener newListener) {
            listener = newListener;
        }

        @Override
        public void requestConnection() {
            context.execute(() -> {
                listener.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.CONNECTING));
                listener.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.READY));
                SubchannelStateListener health = args.getOption(LoadBalancer.HEALTH_CONSUMER_LISTENER_ARG_KEY);
                if (health != null) {
                    health.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.READY));
                }
            });
        }

        @Override
        public List<EquivalentAddressGroup> getAllAddresses() {
            return args.getAddresses();
        }

        @Override
        public Attributes getAttributes() {
            return args.getAttributes();
        }

        @Override
        public void shutdown() {
            // No connection was opened.
        }
    }

    private static final class IndexAddress extends SocketAddress {
        private static final long serialVersionUID = 1;

        final int index;

        IndexAddress(int index) {
            this.index = index;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof IndexAddress that && index == that.index;
        }

        @Override
        public int hashCode() {
            return index;
        }
    }
}
