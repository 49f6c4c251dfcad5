package org.lvs4j.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.InsecureChannelCredentials;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.inprocess.InProcessSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.service.ServiceKey;

/** Picks that gRPC does not use, as its buffered and cancelled calls cause them. No network. */
final class UnusedPickTest {
    private final Director director = Director.create();
    private final FakeChannel channel = new FakeChannel();
    private final LoadBalancer policy = LvsGrpc.provider(director).newLoadBalancer(channel);

    private int open() {
        return director.service(ServiceKey.named("fake")).servers().stream()
                .mapToInt(server -> server.active() + server.inactive())
                .sum();
    }

    private void start() {
        channel.context.execute(() -> policy.acceptResolvedAddresses(ResolvedAddresses.newBuilder()
                .setAddresses(List.of(new EquivalentAddressGroup(new InProcessSocketAddress("a"))))
                .build()));
        channel.report(ConnectivityState.READY);
    }

    private static ClientStreamTracer trace(PickResult result) {
        return result.getStreamTracerFactory()
                .newClientStreamTracer(
                        ClientStreamTracer.StreamInfo.newBuilder().build(), new Metadata());
    }

    @Test
    void pick_streamEnds_released() {
        start();
        ClientStreamTracer tracer = trace(channel.pick());
        assertThat(open()).isEqualTo(1);

        tracer.streamClosed(Status.OK);
        assertThat(open()).isZero();
    }

    @Test
    void pick_neverUsedAndConnectionLost_released() {
        start();
        channel.pick();
        assertThat(open()).isEqualTo(1);

        channel.report(ConnectivityState.IDLE);
        channel.report(ConnectivityState.READY);
        assertThat(open()).isZero();
    }

    @Test
    void pick_afterConnectionWasLost_noResultAndNotCounted() {
        start();
        SubchannelPicker old = channel.picker;
        channel.report(ConnectivityState.IDLE);

        assertThat(old.pickSubchannel(new DefaultArguments()).hasResult()).isFalse();
        channel.report(ConnectivityState.READY);
        assertThat(open()).isZero();
    }

    @Test
    void pick_ofABufferedCallWhoseStreamNeverStarts_releasedWhenForgotten() {
        channel.pickWhenPublished = true;
        start();
        trace(channel.bufferedPick);
        assertThat(open()).isEqualTo(1);

        channel.bufferedPick = null;
        Cluster.await("the call is released", () -> {
            System.gc();
            return open() == 0;
        });
    }

    @Test
    void shutdown_pickNeverUsed_released() {
        start();
        channel.pick();
        channel.context.execute(policy::shutdown);

        assertThat(director.service(ServiceKey.named("fake"))).isNull();
        assertThat(director.connections()).isEmpty();
    }

    @Test
    void addresses_directorRefusesTheService_errorThatSaysWhyUntilItIsTaken() {
        List<Status> results = new ArrayList<>();
        ResolvedAddresses.Builder addresses = ResolvedAddresses.newBuilder()
                .setAddresses(List.of(new EquivalentAddressGroup(new InProcessSocketAddress("a"))));
        Options unknown = new Options(null, "unknown", 0, 0, null);
        channel.context.execute(() -> results.add(policy.acceptResolvedAddresses(
                addresses.setLoadBalancingPolicyConfig(unknown).build())));
        assertThat(results)
                .singleElement()
                .satisfies(status -> assertThat(status.getDescription()).contains("no scheduler is called 'unknown'"));
        assertThat(channel.pick().getStatus()).isEqualTo(results.get(0));

        start();
        trace(channel.pick());
        assertThat(open()).isEqualTo(1);
    }

    private static final class DefaultArguments extends PickSubchannelArgs {
        @Override
        public CallOptions getCallOptions() {
            return CallOptions.DEFAULT;
        }

        @Override
        public Metadata getHeaders() {
            return new Metadata();
        }

        @Override
        public MethodDescriptor<?, ?> getMethodDescriptor() {
            return Node.ASK;
        }
    }

    /** A channel with one subchannel, whose state a test reports. */
    private static final class FakeChannel extends LoadBalancer.Helper {
        final SynchronizationContext context = new SynchronizationContext((thread, error) -> {
            throw new AssertionError(error);
        });
        boolean pickWhenPublished;
        PickResult bufferedPick;
        SubchannelPicker picker;
        private SubchannelStateListener listener;

        PickResult pick() {
            return picker.pickSubchannel(new DefaultArguments());
        }

        void report(ConnectivityState state) {
            context.execute(() -> listener.onSubchannelState(ConnectivityStateInfo.forNonError(state)));
        }

        @Override
        public Subchannel createSubchannel(CreateSubchannelArgs args) {
            return new FakeSubchannel();
        }

        @Override
        public void updateBalancingState(ConnectivityState state, SubchannelPicker newPicker) {
            picker = newPicker;
            if (state == ConnectivityState.READY && pickWhenPublished) {
                bufferedPick = pick();
            }
        }

        @Override
        public ChannelCredentials getUnsafeChannelCredentials() {
            return InsecureChannelCredentials.create();
        }

        @Override
        public void refreshNameResolution() {
            // There is one address.
        }

        @Override
        public SynchronizationContext getSynchronizationContext() {
            return context;
        }

        @Override
        public ManagedChannel createOobChannel(EquivalentAddressGroup group, String authority) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getAuthority() {
            return "fake";
        }

        private final class FakeSubchannel extends Subchannel {
            @Override
            public void start(SubchannelStateListener newListener) {
                listener = newListener;
            }

            @Override
            public void requestConnection() {
                // The test reports the states.
            }

            @Override
            public void shutdown() {
                // No connection was opened.
            }

            @Override
            public Attributes getAttributes() {
                return Attributes.EMPTY;
            }
        }
    }
}
