package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.netty.Transport;

/** A check by gRPC against the servers of grpc-java. */
@Tag("slow")
final class GrpcInteropTest {
    private static final ProbeResult PASSED = ProbeResult.passed("SERVING");

    private final HealthStatusManager health = new HealthStatusManager();
    private final Queue<Server> servers = new ConcurrentLinkedQueue<>();

    /** A service that leaves its calls to the test. */
    private static final class Pending extends HealthGrpc.HealthImplBase {
        final BlockingQueue<StreamObserver<HealthCheckResponse>> calls = new LinkedBlockingQueue<>();
        final Queue<Context> contexts = new ConcurrentLinkedQueue<>();

        @Override
        public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
            contexts.add(Context.current());
            calls.add(observer);
        }

        StreamObserver<HealthCheckResponse> next() throws InterruptedException {
            StreamObserver<HealthCheckResponse> call = calls.poll(20, TimeUnit.SECONDS);
            assertThat(call).isNotNull();
            return call;
        }
    }

    private Server start(ServerCredentials credentials, BindableService... services) throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0), credentials);
        for (BindableService service : services) {
            builder.addService(service);
        }
        Server server = builder.build().start();
        servers.add(server);
        return server;
    }

    private Server start(BindableService... services) throws IOException {
        return start(InsecureServerCredentials.create(), services);
    }

    private static ProbeTarget target(Server server) {
        return ProbeFixture.target("127.0.0.1:" + server.getPort());
    }

    private static GrpcCheck check(Server server, String service) {
        return GrpcCheck.of(target(server), ProbeFixture.SCHEDULE, service);
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Server server : servers) {
            server.shutdownNow();
        }
        for (Server server : servers) {
            assertThat(server.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void health_ofAnyService_isTheResult(Transport transport) throws Exception {
        Server server = start(health.getHealthService());
        Server other = start();
        health.setStatus("web", ServingStatus.SERVING);
        try (ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(check(server, ""))).isEqualTo(PASSED);
            assertThat(fixture.probe(check(server, "web"))).isEqualTo(PASSED);
            assertThat(fixture.probe(check(server, "other%")))
                    .isEqualTo(ProbeResult.failed("grpc-status 5 NOT_FOUND: unknown service other%"));
            assertThat(fixture.probe(check(other, "")))
                    .isEqualTo(ProbeResult.failed(
                            "grpc-status 12 UNIMPLEMENTED: Method not found: grpc.health.v1.Health/Check"));
            health.setStatus("web", ServingStatus.NOT_SERVING);
            assertThat(fixture.probe(check(server, "web"))).isEqualTo(ProbeResult.failed("NOT_SERVING"));
            health.enterTerminalState();
            assertThat(fixture.probe(check(server, ""))).isEqualTo(ProbeResult.failed("NOT_SERVING"));
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void health_overTls_isTheResult(Transport transport, @TempDir Path directory) throws Exception {
        Server server = start(
                TlsServerCredentials.newBuilder()
                        .keyManager(Servers.selfSignedKeys(directory).getKeyManagers())
                        .build(),
                health.getHealthService());
        GrpcCheck check = new GrpcCheck(target(server), ProbeFixture.SCHEDULE, "", true, "api.example.com");
        try (ProbeFixture fixture = new ProbeFixture(transport)) {
            assertThat(fixture.probe(check)).isEqualTo(PASSED);
            health.setStatus("", ServingStatus.NOT_SERVING);
            assertThat(fixture.probe(check)).isEqualTo(ProbeResult.failed("NOT_SERVING"));
            assertThat(fixture.probe(check(server, "")).passed()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void server_shutsDownDuringTheCall_endsIt(Transport transport) throws Exception {
        Pending pending = new Pending();
        try (ProbeFixture fixture = new ProbeFixture(transport)) {
            Server orderly = start(pending);
            GrpcCheck check = check(orderly, "");
            ProbeFixture.End end = new ProbeFixture.End();
            fixture.start(check, end);
            StreamObserver<HealthCheckResponse> call = pending.next();
            orderly.shutdown();
            call.onNext(HealthCheckResponse.newBuilder()
                    .setStatus(ServingStatus.SERVING)
                    .build());
            call.onCompleted();
            assertThat(end.result()).isEqualTo(PASSED);
            assertThat(fixture.probe(check).passed()).isFalse();

            Server sudden = start(pending);
            ProbeFixture.End broken = new ProbeFixture.End();
            fixture.start(check(sudden, ""), broken);
            pending.next();
            sudden.shutdownNow();
            assertThat(broken.result().passed()).isFalse();
        }
    }

    @Test
    void call_underWay_hasADeadlineAndEndsWithTheProbe() throws Exception {
        Pending pending = new Pending();
        Server server = start(pending);
        try (ProbeFixture fixture = new ProbeFixture(Transport.NIO)) {
            Execution execution = fixture.start(check(server, ""), new ProbeFixture.End());
            pending.next();
            Context context = pending.contexts.remove();
            Deadline deadline = context.getDeadline();
            assertThat(deadline).isNotNull();
            assertThat(deadline.timeRemaining(TimeUnit.MILLISECONDS)).isLessThanOrEqualTo(10_000);
            execution.cancel();
            ProbeFixture.await("the end of the call", context::isCancelled);
        }
    }
}
