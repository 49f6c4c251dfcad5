package org.lvs4j.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.DrainOptions;
import org.lvs4j.ServerSnapshot;

/** Servers that are killed, drained, added and restarted. */
@Tag("slow")
final class FailureTest {
    @Test
    void load_serverKilledDrainedAndAdded_onlyCallsOnTheKilledOneFail() throws Exception {
        try (Cluster cluster = new Cluster(3, Map.of("scheduler", "rr"));
                Load load = new Load(cluster, 8)) {
            load.awaitAnswers("c", 200);

            Node killed = cluster.nodes.get(0);
            SocketAddress killedAddress = killed.address();
            killed.stop();
            cluster.awaitServers(2);
            load.awaitAnswers("c", 200);

            Node drained = cluster.nodes.get(1);
            cluster.director.drain(Cluster.SERVICE, drained.endpoint(), DrainOptions.within(Duration.ofMinutes(5)));
            Cluster.await("the drained server has no call", () -> cluster.open(drained) == 0);
            int atDrain = load.answers("b");
            load.awaitAnswers("c", 200);
            assertThat(load.answers("b")).isEqualTo(atDrain);

            Node added = cluster.start();
            cluster.resolve(cluster.nodes);
            Cluster.await(
                    "the added server",
                    () -> cluster.servers().stream()
                            .anyMatch(server -> server.server().endpoint().equals(added.endpoint())));
            load.awaitAnswers("d", 200);
            load.stop();

            assertThat(load.failures).allSatisfy(failure -> {
                assertThat(failure.status().getCode()).isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
                assertThat(failure.server()).isEqualTo(killedAddress);
            });
            assertThat(load.failures).hasSizeLessThanOrEqualTo(8);
            assertThat(cluster.shares(100)).isEqualTo(Map.of("c", 50, "d", 50));
            cluster.awaitNoCalls();
        }
    }

    @Test
    void restart_server_leavesComesBackAndStartsSlowly() throws Exception {
        Map<String, ?> options = Map.of("scheduler", "wrr", "slowStartSeconds", 3600.0);
        try (Cluster cluster = new Cluster(2, options)) {
            Node restarted = cluster.nodes.get(0);
            restarted.stop();
            cluster.awaitServers(1);
            assertThat(cluster.shares(10)).isEqualTo(Map.of("b", 10));

            // The other server's slow start is over.
            cluster.director.editService(cluster.director.service(Cluster.SERVICE).service().toBuilder()
                    .slowStart(Duration.ZERO)
                    .build());
            cluster.director.editService(cluster.director.service(Cluster.SERVICE).service().toBuilder()
                    .slowStart(Duration.ofHours(1))
                    .build());
            cluster.nodes.set(0, new Node("a", restarted.port()));
            cluster.awaitServers(2);

            assertThat(cluster.servers()).extracting(ServerSnapshot::weight).containsExactly(100, 100);
            assertThat(cluster.shares(101).get("a")).isEqualTo(1);
            cluster.awaitNoCalls();
        }
    }

    @Test
    void allServers_restarted_callsThatWaitAreAnswered() throws Exception {
        try (Cluster cluster = new Cluster(2, Map.of("scheduler", "lc"))) {
            List<Integer> ports = new ArrayList<>();
            for (Node node : cluster.nodes) {
                ports.add(node.port());
                node.stop();
            }
            cluster.awaitServers(0);

            List<CompletableFuture<String>> waiting = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                waiting.add(Load.ask(cluster, CallOptions.DEFAULT.withWaitForReady(), new ConcurrentLinkedQueue<>()));
            }
            for (int i = 0; i < ports.size(); i++) {
                cluster.nodes.set(i, new Node("restarted", ports.get(i)));
            }
            for (CompletableFuture<String> each : waiting) {
                assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo("restarted");
            }
            cluster.awaitNoCalls();
        }
    }

    @Test
    void waitingCalls_deadlinesWhileServersComeBack_countIsExact() throws Exception {
        try (Cluster cluster = new Cluster(1, Map.of("scheduler", "lc"))) {
            int port = cluster.nodes.get(0).port();
            cluster.nodes.get(0).stop();
            cluster.awaitServers(0);

            List<CompletableFuture<String>> waiting = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                CallOptions options =
                        CallOptions.DEFAULT.withWaitForReady().withDeadlineAfter(i, TimeUnit.MILLISECONDS);
                waiting.add(Load.ask(cluster, options, new ConcurrentLinkedQueue<>()));
            }
            cluster.nodes.set(0, new Node("restarted", port));
            for (CompletableFuture<String> each : waiting) {
                assertThat(each.get(30, TimeUnit.SECONDS)).isIn("restarted", "failed");
            }
            Cluster.await("no call is counted", () -> {
                System.gc(); // streams that gRPC has forgotten
                return cluster.open() == 0;
            });
        }
    }

    private record Failure(Status status, SocketAddress server) {}

    /** Calls one after the other in a number of chains. */
    private static final class Load implements AutoCloseable {
        final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
        private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
        private final Cluster cluster;
        private final CountDownLatch running;
        private volatile boolean stopped;

        Load(Cluster cluster, int chains) {
            this.cluster = cluster;
            running = new CountDownLatch(chains);
            for (int i = 0; i < chains; i++) {
                next();
            }
        }

        private void next() {
            if (stopped) {
                running.countDown();
                return;
            }
            ask(cluster, CallOptions.DEFAULT, failures).thenAccept(answer -> {
                answers.computeIfAbsent(answer, name -> new AtomicInteger()).incrementAndGet();
                next();
            });
        }

        static CompletableFuture<String> ask(Cluster cluster, CallOptions options, Queue<Failure> failures) {
            CompletableFuture<String> result = new CompletableFuture<>();
            ClientCall<String, String> call = cluster.channel.newCall(Node.ASK, options);
            call.start(
                    new ClientCall.Listener<>() {
                        private String answer;

                        @Override
                        public void onMessage(String message) {
                            answer = message;
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            if (!status.isOk()) {
                                failures.add(
                                        new Failure(status, call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
                            }
                            result.complete(status.isOk() ? answer : "failed");
                        }
                    },
                    new Metadata());
            call.sendMessage("name");
            call.halfClose();
            call.request(2);
            return result;
        }

        int answers(String name) {
            AtomicInteger count = answers.get(name);
            return count == null ? 0 : count.get();
        }

        void awaitAnswers(String name, int more) {
            int before = answers(name);
            Cluster.await("answers of " + name, () -> answers(name) >= before + more);
        }

        void stop() throws InterruptedException {
            stopped = true;
            assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void close() {
            stopped = true;
        }
    }
}
