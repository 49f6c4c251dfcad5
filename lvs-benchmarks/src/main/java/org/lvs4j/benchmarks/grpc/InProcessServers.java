package org.lvs4j.benchmarks.grpc;

import io.grpc.CallOptions;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusOr;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.inprocess.InProcessSocketAddress;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Servers of gRPC in this process, which answer on the thread of the caller, and a channel to them. */
final class InProcessServers implements AutoCloseable {
    private static final MethodDescriptor<Empty, Empty> CALL = MethodDescriptor.<Empty, Empty>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("benchmark.Servers/Call")
            .setRequestMarshaller(new Empty())
            .setResponseMarshaller(new Empty())
            .build();

    private final List<Server> servers = new ArrayList<>();
    private final List<LongAdder> answers = new ArrayList<>();
    private final Resolver resolver = new Resolver();
    private final ManagedChannel channel;

    InProcessServers(int count, GrpcCallPeer peer) throws IOException {
        for (int i = 0; i < count; i++) {
            LongAdder answered = new LongAdder();
            answers.add(answered);
            servers.add(InProcessServerBuilder.forName("server-" + i)
                    .directExecutor()
                    .addService(service(answered))
                    .build()
                    .start());
            resolver.addresses.add(new EquivalentAddressGroup(new InProcessSocketAddress("server-" + i)));
        }
        NameResolverRegistry.getDefaultRegistry().register(resolver);
        channel = InProcessChannelBuilder.forTarget("benchmark:///servers")
                .directExecutor()
                .defaultServiceConfig(Map.of("loadBalancingConfig", List.of(peer.config())))
                .build();
        while (answers.stream().anyMatch(answered -> answered.sum() == 0)) {
            call();
            if (peer == GrpcCallPeer.LVS4J_WLC) {
                break; // one call at a time goes to one server
            }
        }
    }

    private static ServerServiceDefinition service(LongAdder answered) {
        return ServerServiceDefinition.builder("benchmark.Servers")
                .addMethod(CALL, ServerCalls.asyncUnaryCall((request, observer) -> {
                    answered.increment();
                    observer.onNext(request);
                    observer.onCompleted();
                }))
                .build();
    }

    /** Makes a call and waits for the answer. */
    Object call() {
        return ClientCalls.blockingUnaryCall(channel, CALL, CallOptions.DEFAULT.withWaitForReady(), Empty.INSTANCE);
    }

    /** How many calls each server has answered. */
    List<Long> answers() {
        return answers.stream().map(LongAdder::sum).toList();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        servers.forEach(Server::shutdownNow);
        NameResolverRegistry.getDefaultRegistry().deregister(resolver);
    }

    private record Empty() implements MethodDescriptor.Marshaller<Empty> {
        static final Empty INSTANCE = new Empty();

        @Override
        public InputStream stream(Empty message) {
            return new ByteArrayInputStream(new byte[0]);
        }

        @Override
        public Empty parse(InputStream bytes) {
            return INSTANCE;
        }
    }

    private static final class Resolver extends NameResolverProvider {
        final List<EquivalentAddressGroup> addresses = new ArrayList<>();

        @Override
        public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
            return !"benchmark".equals(target.getScheme())
                    ? null
                    : new NameResolver() {
                        @Override
                        public String getServiceAuthority() {
                            return "servers";
                        }

                        @Override
                        public void start(Listener2 listener) {
                            listener.onResult(ResolutionResult.newBuilder()
                                    .setAddressesOrError(StatusOr.fromValue(addresses))
                                    .build());
                        }

                        @Override
                        public void shutdown() {
                            // Nothing was opened.
                        }
                    };
        }

        @Override
        public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
            return List.of(InProcessSocketAddress.class);
        }

        @Override
        public String getDefaultScheme() {
            return "benchmark";
        }

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 5;
        }
    }
}
