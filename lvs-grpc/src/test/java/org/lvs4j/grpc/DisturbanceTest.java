package org.lvs4j.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.DirectorException;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.service.ServiceKey;

/** Channels whose director, addresses and state are changed under them. */
@Tag("slow")
final class DisturbanceTest {
    private static final Map<String, ?> ROUND_ROBIN = Map.of("scheduler", "rr");

    @Test
    void service_removedByTheApplication_comesBackWithTheNextCall() throws Exception {
        try (Cluster cluster = new Cluster(2, ROUND_ROBIN)) {
            CompletableFuture<String> held = cluster.begin(CallOptions.DEFAULT, "hold");
            Cluster.await("the call is held", () -> cluster.nodes.stream().anyMatch(node -> !node.held.isEmpty()));
            cluster.director.removeService(Cluster.SERVICE);
            assertThat(cluster.shares(10)).isEqualTo(Map.of("a", 5, "b", 5));
            assertThat(cluster.servers()).hasSize(2);
            cluster.nodes.forEach(Node::release);
            assertThat(held.get(20, TimeUnit.SECONDS)).isIn("a", "b");
            cluster.awaitNoCalls();
        }
    }

    @Test
    void service_removedBeforeAServerReconnects_comesBackWithTheServer() throws Exception {
        try (Cluster cluster = new Cluster(1, ROUND_ROBIN)) {
            cluster.director.removeService(Cluster.SERVICE);
            Node node = cluster.nodes.get(0);
            int port = node.port();
            node.stop();
            // A call on a connection that the channel has not yet seen to be closed fails, also if it may wait.
            Cluster.await(
                    "the channel has lost its connection",
                    () -> cluster.channel.getState(false) != ConnectivityState.READY);
            cluster.nodes.set(0, new Node("again", port));
            CallOptions waiting = CallOptions.DEFAULT.withWaitForReady();
            assertThat(Cluster.ask(cluster.channel, waiting, "name")).isEqualTo("again");
        }
    }

    @Test
    void idle_andBack_serviceLeavesAndReturns() throws Exception {
        try (Cluster cluster = new Cluster(2, ROUND_ROBIN)) {
            for (int i = 0; i < 20; i++) {
                assertThat(cluster.ask("name")).isIn("a", "b");
                cluster.channel.enterIdle();
                Cluster.await("the service is gone", () -> cluster.director.service(Cluster.SERVICE) == null);
            }
            assertThat(cluster.ask("name")).isIn("a", "b");
            cluster.awaitServers(2);
            assertThat(cluster.shares(10)).isEqualTo(Map.of("a", 5, "b", 5));
            cluster.awaitNoCalls();
        }
    }

    @Test
    void group_severalAddressesTheFirstIsDead_oneServerUnderTheFirst() throws Exception {
        try (Cluster cluster = new Cluster(1, ROUND_ROBIN)) {
            InetSocketAddress dead;
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                dead = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
            }
            Node node = cluster.nodes.get(0);
            cluster.addresses.set(List.of(new EquivalentAddressGroup(List.of(dead, node.address()))));
            Cluster.await(
                    "the server under its first address",
                    () -> cluster.servers().stream()
                            .anyMatch(server -> server.server().endpoint().equals(LvsGrpc.endpoint(dead))));
            assertThat(cluster.servers()).hasSize(1);
            assertThat(cluster.ask("name")).isEqualTo("a");
        }
    }

    @Test
    void retry_callCancelledInItsBackoff_released() throws Exception {
        Map<String, Object> retries = Map.of(
                "maxAttempts",
                2.0,
                "initialBackoff",
                "1000s",
                "maxBackoff",
                "1000s",
                "backoffMultiplier",
                1.0,
                "retryableStatusCodes",
                List.of("UNAVAILABLE"));
        Map<String, Object> methods = Map.of(
                "methodConfig",
                List.of(Map.of("name", List.of(Map.of("service", "test.Test")), "retryPolicy", retries)));
        try (Cluster cluster = new Cluster(1, ROUND_ROBIN, methods, LvsGrpc::provider)) {
            CompletableFuture<String> call = cluster.begin(CallOptions.DEFAULT, "fail UNAVAILABLE");
            Cluster.await(
                    "the second attempt waits",
                    () -> cluster.servers().get(0).traffic().connections() == 2 && cluster.open() == 1);
            call.cancel(false);
            Cluster.await("no call is counted", () -> {
                System.gc(); // the stream that gRPC has forgotten
                return cluster.open() == 0;
            });
        }
    }

    /** Calls of every kind, with retries and hedges, while everything changes: none stays counted. */
    @Test
    void everything_atOnce_noCallStaysCounted() throws Exception {
        Map<String, Object> hedging = Map.of(
                "maxAttempts",
                3.0,
                "hedgingDelay",
                "0.001s",
                "nonFatalStatusCodes",
                List.of("UNAVAILABLE", "INTERNAL"));
        Map<String, Object> retries = Map.of(
                "maxAttempts",
                4.0,
                "initialBackoff",
                "0.001s",
                "maxBackoff",
                "0.01s",
                "backoffMultiplier",
                2.0,
                "retryableStatusCodes",
                List.of("UNAVAILABLE", "INTERNAL"));
        Map<String, Object> methods = Map.of(
                "methodConfig",
                List.of(
                        Map.of(
                                "name",
                                List.of(Map.of("service", "test.Test", "method", "Ask")),
                                "hedgingPolicy",
                                hedging),
                        Map.of(
                                "name",
                                List.of(Map.of("service", "test.Test", "method", "Talk")),
                                "retryPolicy",
                                retries)));
        try (Cluster cluster = new Cluster(3, Map.of("scheduler", "wlc"), methods, LvsGrpc::provider)) {
            Queue<Status> odd = new ConcurrentLinkedQueue<>();
            AtomicInteger open = new AtomicInteger();
            AtomicInteger answered = new AtomicInteger();
            long end = System.nanoTime() + Duration.ofSeconds(12).toNanos();
            List<Thread> callers = IntStream.range(0, 4)
                    .mapToObj(i -> new Thread(() -> {
                        while (System.nanoTime() < end) {
                            call(cluster, odd, open, answered);
                            while (open.get() > 200) {
                                Thread.yield();
                            }
                        }
                    }))
                    .toList();
            callers.forEach(Thread::start);
            ThreadLocalRandom random = ThreadLocalRandom.current();
            while (System.nanoTime() < end) {
                disturb(cluster, random);
                Thread.sleep(random.nextInt(30));
            }
            // A drain outlives the addresses: the last disturbances may have left every server drained, for which calls
            // wait.
            cluster.resolve(List.copyOf(cluster.nodes));
            Cluster.await("every call has ended", () -> {
                cluster.director.drains().forEach(Drain::abort);
                cluster.nodes.forEach(Node::release);
                return callers.stream().noneMatch(Thread::isAlive) && open.get() == 0;
            });
            assertThat(answered).hasPositiveValue();
            Cluster.await("no call is counted: " + cluster.servers(), () -> {
                System.gc();
                return cluster.open() == 0;
            });
            assertThat(odd).isEmpty();
            List<Node> now = List.copyOf(cluster.nodes);
            cluster.resolve(now);
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(
                    () -> Cluster.ask(cluster.channel, CallOptions.DEFAULT.withWaitForReady(), "name"));
            while (!answer.isDone()) {
                cluster.director.drains().forEach(Drain::abort);
                Thread.sleep(20);
            }
            assertThat(answer.get()).isNotNull();
        }
    }

    private static void disturb(Cluster cluster, ThreadLocalRandom random) throws IOException, InterruptedException {
        List<Node> nodes = cluster.nodes;
        Node node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(9)) {
            case 0 -> {
                int index = nodes.indexOf(node);
                node.stop();
                nodes.set(index, new Node(node.name, node.port()));
            }
            case 1 -> cluster.resolve(List.of(node));
            case 2 -> cluster.resolve(nodes);
            case 3 -> cluster.channel.enterIdle();
            case 4 -> nodes.forEach(Node::release);
            case 5 ->
                ifPresent(() -> cluster.director.drain(
                        Cluster.SERVICE, node.endpoint(), DrainOptions.within(Duration.ofMillis(20))));
            case 6 -> cluster.director.drains().forEach(Drain::abort);
            case 7 -> ifPresent(() -> cluster.director.removeService(Cluster.SERVICE));
            default -> {
                cluster.addresses.set(
                        List.of(Cluster.weighted(node, random.nextInt(3)), Cluster.weighted(nodes.get(0), 1)));
                nodes.forEach(Node::release);
            }
        }
    }

    private static void ifPresent(Runnable change) {
        try {
            change.run();
        } catch (DirectorException e) {
            // The service or server is not on the director at present.
            return;
        }
    }

    private static void call(Cluster cluster, Queue<Status> odd, AtomicInteger open, AtomicInteger answered) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        CallOptions options = CallOptions.DEFAULT;
        options = random.nextBoolean() ? options.withWaitForReady() : options;
        options = options.withDeadlineAfter(1 + random.nextInt(200), TimeUnit.MILLISECONDS);
        boolean stream = random.nextInt(3) == 0;
        ClientCall<String, String> call = cluster.channel.newCall(stream ? Node.TALK : Node.ASK, options);
        open.incrementAndGet();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        open.decrementAndGet();
                        switch (status.getCode()) {
                            case OK -> answered.incrementAndGet();
                            case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED -> {}
                            default -> odd.add(status);
                        }
                    }
                },
                new Metadata());
        call.request(5);
        call.sendMessage(random.nextInt(4) == 0 && !stream ? "hold" : "name");
        if (random.nextInt(3) > 0) {
            call.halfClose();
        }
        if (random.nextInt(3) == 0) {
            call.cancel("by the test", null);
        }
    }

    @Test
    void channels_twoWithOneName_eachItsServiceWhateverTheOtherDoes() throws Exception {
        try (Cluster cluster = new Cluster(2, ROUND_ROBIN)) {
            for (int i = 0; i < 10; i++) {
                ManagedChannel second = NettyChannelBuilder.forTarget(cluster.addresses.target())
                        .usePlaintext()
                        .defaultServiceConfig(Map.of(
                                "loadBalancingConfig",
                                List.of(Map.of("lvs", Map.of("service", "test", "scheduler", "rr")))))
                        .build();
                List<CompletableFuture<String>> answers = new ArrayList<>();
                answers.add(CompletableFuture.supplyAsync(() -> Cluster.ask(second, CallOptions.DEFAULT, "name")));
                answers.add(CompletableFuture.supplyAsync(() -> cluster.ask("name")));
                for (CompletableFuture<String> answer : answers) {
                    assertThat(answer.get(20, TimeUnit.SECONDS)).isIn("a", "b");
                }
                second.shutdownNow();
                Cluster.await(
                        "its service is gone", () -> cluster.director.service(ServiceKey.named("test.2")) == null);
                assertThat(cluster.ask("name")).isIn("a", "b");
            }
        }
    }
}
