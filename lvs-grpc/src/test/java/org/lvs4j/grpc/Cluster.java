package org.lvs4j.grpc;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.service.ServiceKey;

/** Servers {@code a}, {@code b} and so on, and a channel to them by the policy with a director that tests can see. */
final class Cluster implements AutoCloseable {
    static final ServiceKey SERVICE = ServiceKey.named("test");

    final Director director = Director.create();
    final List<Node> nodes = new ArrayList<>();
    final Addresses addresses = new Addresses();
    final ManagedChannel channel;
    private final LoadBalancerProvider provider;

    Cluster(int size, Map<String, ?> options) throws IOException {
        this(size, options, Map.of(), LvsGrpc::provider);
    }

    /** Waits for the connections to all servers. */
    Cluster(
            int size,
            Map<String, ?> options,
            Map<String, ?> serviceConfig,
            Function<Director, LoadBalancerProvider> policy)
            throws IOException {
        provider = policy.apply(director);
        LoadBalancerRegistry.getDefaultRegistry().register(provider);
        NameResolverRegistry.getDefaultRegistry().register(addresses);
        for (int i = 0; i < size; i++) {
            start();
        }
        Map<String, Object> withName = new TreeMap<>(options);
        withName.put("service", "test");
        Map<String, Object> config = new TreeMap<>(serviceConfig);
        config.put("loadBalancingConfig", List.of(Map.of("lvs", withName)));
        channel = NettyChannelBuilder.forTarget(addresses.target())
                .usePlaintext()
                .defaultServiceConfig(config)
                .build();
        resolve(nodes);
        channel.getState(true);
        awaitServers(size);
    }

    Node start() throws IOException {
        Node node = new Node(String.valueOf((char) ('a' + nodes.size())));
        nodes.add(node);
        return node;
    }

    void resolve(List<Node> found) {
        addresses.set(found.stream()
                .map(node -> new EquivalentAddressGroup(node.address()))
                .toList());
    }

    static EquivalentAddressGroup weighted(Node node, int weight) {
        return new EquivalentAddressGroup(
                node.address(),
                Attributes.newBuilder().set(LvsGrpc.WEIGHT, weight).build());
    }

    String ask(String request) {
        return ask(channel, CallOptions.DEFAULT, request);
    }

    static String ask(Channel through, CallOptions options, String request) {
        return ClientCalls.blockingUnaryCall(
                through, Node.ASK, options.withDeadlineAfter(20, TimeUnit.SECONDS), request);
    }

    /** Begins a call, which ends when the future is cancelled. */
    CompletableFuture<String> begin(CallOptions options, String request) {
        CompletableFuture<String> result = new CompletableFuture<>();
        ClientCall<String, String> call = channel.newCall(Node.ASK, options);
        ClientCalls.asyncUnaryCall(call, request, new StreamObserver<>() {
            @Override
            public void onNext(String answer) {
                result.complete(answer);
            }

            @Override
            public void onError(Throwable cause) {
                result.completeExceptionally(cause);
            }

            @Override
            public void onCompleted() {
                // The answer has completed the result.
            }
        });
        result.whenComplete((answer, failure) -> {
            if (result.isCancelled()) {
                call.cancel("by the test", failure);
            }
        });
        return result;
    }

    /** How many of so many calls each server answers. */
    Map<String, Integer> shares(int calls) {
        Map<String, Integer> shares = new TreeMap<>();
        for (int i = 0; i < calls; i++) {
            shares.merge(ask("name"), 1, Integer::sum);
        }
        return shares;
    }

    List<ServerSnapshot> servers() {
        ServiceSnapshot service = director.service(SERVICE);
        return service == null ? List.of() : service.servers();
    }

    /** The calls that are counted, on all servers or on one. */
    int open(Node... which) {
        List<ServerSnapshot> all = servers();
        return all.stream()
                .filter(server -> which.length == 0
                        || Stream.of(which)
                                .anyMatch(node ->
                                        node.endpoint().equals(server.server().endpoint())))
                .mapToInt(server -> server.active() + server.inactive())
                .sum();
    }

    void awaitServers(int count) {
        await(count + " servers are ready", () -> servers().size() == count);
    }

    /** Waits until no call is counted: a stream ends a moment after its answer. */
    void awaitNoCalls() {
        await("no call is counted", () -> open() == 0);
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not in time: " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(2);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.shutdownNow();
            await("the channel has ended", channel::isTerminated);
            for (Node node : nodes) {
                node.stop();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            LoadBalancerRegistry.getDefaultRegistry().deregister(provider);
            NameResolverRegistry.getDefaultRegistry().deregister(addresses);
        }
    }
}
