package org.lvs4j.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.LoadBalancerRegistry;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Affinity;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.ServerListener;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/** Calls of a real channel to real servers. */
final class LvsPolicyTest {
    private static final Map<String, ?> ROUND_ROBIN = Map.of("scheduler", "rr");

    @Test
    void provider_policyName_foundByGrpc() {
        assertThat(LoadBalancerRegistry.getDefaultRegistry().getProvider(LvsGrpc.POLICY))
                .isInstanceOf(LvsLoadBalancerProvider.class);
    }

    @Test
    void roundRobin_threeServers_equalShares() throws IOException {
        try (Cluster cluster = new Cluster(3, ROUND_ROBIN)) {
            assertThat(cluster.shares(30)).isEqualTo(Map.of("a", 10, "b", 10, "c", 10));
            cluster.awaitNoCalls();
            assertThat(cluster.director.traffic().connections()).isEqualTo(30);
        }
    }

    @Test
    void weights_ofTheResolver_sharesInThatRatio() throws IOException {
        try (Cluster cluster = new Cluster(2, Map.of("scheduler", "wrr"))) {
            cluster.addresses.set(
                    List.of(Cluster.weighted(cluster.nodes.get(0), 3), Cluster.weighted(cluster.nodes.get(1), 1)));
            Cluster.await("the weights", () -> cluster.servers().stream().anyMatch(server -> server.weight() == 3));

            assertThat(cluster.shares(40)).isEqualTo(Map.of("a", 30, "b", 10));

            cluster.addresses.set(
                    List.of(Cluster.weighted(cluster.nodes.get(0), 0), Cluster.weighted(cluster.nodes.get(1), 1)));
            Cluster.await("the weights", () -> cluster.servers().stream().anyMatch(server -> server.weight() == 0));
            assertThat(cluster.shares(10)).isEqualTo(Map.of("b", 10));
        }
    }

    @Test
    void leastConnection_heldCalls_countedUntilTheyEnd() throws IOException {
        try (Cluster cluster = new Cluster(2, Map.of("scheduler", "lc"))) {
            List<CompletableFuture<String>> held = hold(cluster, 4);

            assertThat(cluster.open(cluster.nodes.get(0))).isEqualTo(2);
            assertThat(cluster.open(cluster.nodes.get(1))).isEqualTo(2);

            cluster.nodes.get(0).release();
            Cluster.await("two have ended", () -> cluster.open() == 2);
            assertThat(cluster.open(cluster.nodes.get(0))).isZero();
            assertThat(cluster.shares(5)).isEqualTo(Map.of("a", 5));

            cluster.nodes.get(1).release();
            cluster.awaitNoCalls();
            assertThat(held).allSatisfy(each -> assertThat(each.get()).isIn("a", "b"));
        }
    }

    @Test
    void stream_open_countedUntilItEnds() throws IOException {
        try (Cluster cluster = new Cluster(2, ROUND_ROBIN)) {
            Queue<String> answers = new ConcurrentLinkedQueue<>();
            StreamObserver<String> requests = ClientCalls.asyncBidiStreamingCall(
                    cluster.channel.newCall(Node.TALK, CallOptions.DEFAULT), new Collecting(answers));
            requests.onNext("one");
            requests.onNext("two");
            Cluster.await("two answers", () -> answers.size() == 2);

            assertThat(cluster.open()).isEqualTo(1);
            assertThat(Set.copyOf(answers)).hasSize(1);

            requests.onCompleted();
            Cluster.await("the end", () -> answers.contains("end"));
            cluster.awaitNoCalls();
        }
    }

    @Test
    void call_cancelled_released() throws IOException {
        try (Cluster cluster = new Cluster(1, ROUND_ROBIN)) {
            List<CompletableFuture<String>> held = hold(cluster, 2);

            held.get(0).cancel(true);
            Cluster.await("one is left", () -> cluster.open() == 1);
            cluster.nodes.get(0).release();
            cluster.awaitNoCalls();
        }
    }

    @Test
    void deadline_exceeded_releasedAndReportedAsFailure() throws IOException {
        try (Cluster cluster = new Cluster(1, ROUND_ROBIN)) {
            Outcomes outcomes = new Outcomes();
            cluster.director.addServerListener(outcomes);

            assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                            cluster.channel,
                            Node.ASK,
                            CallOptions.DEFAULT.withDeadlineAfter(100, TimeUnit.MILLISECONDS),
                            "hold"))
                    .satisfies(e ->
                            assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));

            cluster.awaitNoCalls();
            Cluster.await("a failure", () -> outcomes.contains("failed"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOT_FOUND", "INTERNAL", "UNAVAILABLE"})
    void status_ofTheServer_onlyUnavailableIsAFailure(String code) throws IOException {
        try (Cluster cluster = new Cluster(1, ROUND_ROBIN)) {
            Outcomes outcomes = new Outcomes();
            cluster.director.addServerListener(outcomes);

            assertThatThrownBy(() -> cluster.ask("fail " + code)).hasMessageContaining(code);

            cluster.awaitNoCalls();
            assertThat(outcomes).containsExactly(code.equals("UNAVAILABLE") ? "failed" : "answered");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "mh", "rendezvous"})
    void affinity_hashingScheduler_sameServerForTheSameUser(String scheduler) throws IOException {
        try (Cluster cluster = new Cluster(3, Map.of("scheduler", scheduler, "affinityHeader", "user"))) {
            Set<String> used = new HashSet<>();
            for (int user = 0; user < 20; user++) {
                CallOptions options = CallOptions.DEFAULT.withOption(LvsGrpc.AFFINITY, Affinity.of("user " + user));
                Metadata header = new Metadata();
                header.put(Metadata.Key.of("user", Metadata.ASCII_STRING_MARSHALLER), "user " + user);

                String server = Cluster.ask(cluster.channel, options, "name");
                assertThat(Cluster.ask(cluster.channel, options, "name")).isEqualTo(server);
                assertThat(cluster.channel)
                        .extracting(channel -> Cluster.ask(
                                io.grpc.ClientInterceptors.intercept(
                                        channel, MetadataUtils.newAttachHeadersInterceptor(header)),
                                CallOptions.DEFAULT,
                                "name"))
                        .isEqualTo(server);
                used.add(server);
            }
            assertThat(used).hasSizeGreaterThan(1);
        }
    }

    @Test
    void persistence_serverLeaves_clientMovesAndStays() throws Exception {
        try (Cluster cluster = new Cluster(3, Map.of("scheduler", "rr", "persistenceSeconds", 300.0))) {
            CallOptions options = CallOptions.DEFAULT.withOption(LvsGrpc.AFFINITY, Affinity.of("alice"));
            String first = Cluster.ask(cluster.channel, options, "name");
            assertThat(IntStream.range(0, 5).mapToObj(i -> Cluster.ask(cluster.channel, options, "name")))
                    .containsOnly(first);

            cluster.nodes.get(first.charAt(0) - 'a').stop();
            cluster.awaitServers(2);
            String second = Cluster.ask(cluster.channel, options, "name");
            assertThat(second).isNotEqualTo(first);
            assertThat(IntStream.range(0, 5).mapToObj(i -> Cluster.ask(cluster.channel, options, "name")))
                    .containsOnly(second);
        }
    }

    @Test
    void drain_server_runningCallFinishesAndNoNewOneBegins() throws IOException {
        try (Cluster cluster = new Cluster(2, ROUND_ROBIN)) {
            List<CompletableFuture<String>> held = hold(cluster, 2);
            Node drained = cluster.nodes.get(0);
            Drain drain = cluster.director.drain(
                    Cluster.SERVICE, drained.endpoint(), DrainOptions.within(Duration.ofMinutes(5)));

            assertThat(cluster.shares(6)).isEqualTo(Map.of("b", 6));
            assertThat(drain.progress().phase()).isEqualTo(Drain.Phase.DRAINING);

            cluster.nodes.forEach(Node::release);
            assertThat(held).allSatisfy(each -> assertThat(each.get()).isIn("a", "b"));
            cluster.awaitNoCalls();
            Cluster.await("the end of the drain", () -> {
                cluster.director.advance();
                return drain.progress().phase() == Drain.Phase.DRAINED;
            });

            drain.abort();
            assertThat(cluster.shares(6)).isEqualTo(Map.of("a", 3, "b", 3));
        }
    }

    @Test
    void drained_onlyServer_callFailsOrWaits() throws Exception {
        try (Cluster cluster = new Cluster(1, ROUND_ROBIN)) {
            Drain drain = cluster.director.drain(
                    Cluster.SERVICE, cluster.nodes.get(0).endpoint(), DrainOptions.within(Duration.ofMinutes(5)));

            assertThatThrownBy(() -> cluster.ask("name"))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("every server of test has weight 0, is drained or is overloaded");

            CompletableFuture<String> waiting = cluster.begin(CallOptions.DEFAULT.withWaitForReady(), "name");
            drain.abort();
            assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("a");
            cluster.awaitNoCalls();
        }
    }

    @Test
    void addresses_change_subchannelsThatStayKeepTheirCalls() throws IOException {
        try (Cluster cluster = new Cluster(2, ROUND_ROBIN)) {
            List<CompletableFuture<String>> held = hold(cluster, 2);
            Node added = cluster.start();
            Node removed = cluster.nodes.get(0);
            Node kept = cluster.nodes.get(1);

            cluster.resolve(List.of(added, kept, kept));
            Cluster.await(
                    "the new server",
                    () -> cluster.servers().stream()
                            .map(server -> server.server().endpoint())
                            .toList()
                            .equals(List.of(added.endpoint(), kept.endpoint())));

            assertThat(cluster.open(kept)).isEqualTo(1);
            assertThat(cluster.shares(4)).isEqualTo(Map.of("b", 2, "c", 2));
            kept.release();
            removed.release();
            assertThat(held).allSatisfy(each -> assertThat(each.get()).isIn("a", "b"));
            cluster.awaitNoCalls();
        }
    }

    @Test
    void addresses_empty_serversStay() throws IOException {
        try (Cluster cluster = new Cluster(1, ROUND_ROBIN)) {
            cluster.addresses.set(List.of());
            assertThat(cluster.ask("name")).isEqualTo("a");
        }
        try (Cluster cluster = new Cluster(0, ROUND_ROBIN)) {
            assertThatThrownBy(() -> cluster.ask("name"))
                    .hasMessageContaining("UNAVAILABLE")
                    .hasMessageContaining("no address");
        }
    }

    @Test
    void shutdown_channel_serviceIsGone() throws IOException {
        Cluster cluster = new Cluster(2, ROUND_ROBIN);
        try (cluster) {
            assertThat(cluster.ask("name")).isNotNull();
        }
        Cluster.await("the service is removed", () -> cluster.director.service(Cluster.SERVICE) == null);
        assertThat(cluster.director.connections()).isEmpty();
    }

    @Test
    void service_nameTakenByTheApplication_numbered() throws IOException {
        try (Cluster cluster = new Cluster(1, ROUND_ROBIN)) {
            var second = io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder.forTarget(cluster.addresses.target())
                    .usePlaintext()
                    .defaultServiceConfig(
                            Map.of("loadBalancingConfig", List.of(Map.of("lvs", Map.of("service", "test")))))
                    .build();
            try {
                assertThat(Cluster.ask(second, CallOptions.DEFAULT, "name")).isEqualTo("a");
                assertThat(cluster.director.service(ServiceKey.named("test.2"))).isNotNull();
            } finally {
                second.shutdownNow();
            }
        }
    }

    /** Starts calls that the servers hold, and waits until they do. */
    private static List<CompletableFuture<String>> hold(Cluster cluster, int count) {
        List<CompletableFuture<String>> calls = IntStream.range(0, count)
                .mapToObj(i -> cluster.begin(CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS), "hold"))
                .toList();
        Cluster.await(
                "the calls are held",
                () -> cluster.nodes.stream().mapToInt(node -> node.held.size()).sum() == count);
        assertThat(cluster.servers().stream().mapToInt(ServerSnapshot::active).sum())
                .isEqualTo(count);
        return calls;
    }

    private static final class Outcomes extends ConcurrentLinkedQueue<String> implements ServerListener {
        private static final long serialVersionUID = 1;

        @Override
        public void failed(ServiceKey service, Endpoint server, Throwable cause) {
            add("failed");
        }

        @Override
        public void answered(ServiceKey service, Endpoint server) {
            add("answered");
        }
    }

    private record Collecting(Queue<String> answers) implements StreamObserver<String> {
        @Override
        public void onNext(String answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable cause) {
            answers.add(cause.toString());
        }

        @Override
        public void onCompleted() {
            answers.add("end");
        }
    }
}
