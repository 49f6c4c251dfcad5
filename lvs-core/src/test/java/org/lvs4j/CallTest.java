package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class CallTest implements ServerListener {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");

    private final DirectorFixture fixture = new DirectorFixture();
    private final Director director = fixture.director;
    private final List<String> reports = new ArrayList<>();

    CallTest() {
        director.addService(
                VirtualService.of(ORDERS, "rr"),
                RealServer.of("10.0.0.1:80"),
                RealServer.of("10.0.0.2:80"),
                RealServer.of("10.0.0.3:80"));
        director.addServerListener(this);
    }

    @Override
    public void failed(ServiceKey service, Endpoint server, Throwable cause) {
        reports.add("failed " + server + " " + (cause == null ? "" : cause.getMessage()));
    }

    @Override
    public void answered(ServiceKey service, Endpoint server) {
        reports.add("answered " + server);
    }

    private void assertReleased() {
        assertThat(director.service(ORDERS).servers())
                .allSatisfy(server -> assertThat(server.active()).isZero());
    }

    @Test
    void call_answered_returnsTheAnswerAndCloses() throws IOException {
        String answer = director.call(ORDERS, 3, connection -> {
            assertThat(director.service(ORDERS).servers())
                    .extracting(ServerSnapshot::active)
                    .contains(1);
            return "from " + connection.destination();
        });
        assertThat(answer).isEqualTo("from 10.0.0.1:80");
        assertThat(reports).containsExactly("answered 10.0.0.1:80");
        assertReleased();
    }

    @Test
    void call_serversFail_othersAreAskedAndFailuresReported() throws IOException {
        List<Endpoint> asked = new ArrayList<>();
        String answer = director.call(ORDERS, 3, connection -> {
            asked.add(connection.destination());
            if (asked.size() < 3) {
                throw new ConnectException("refused " + asked.size());
            }
            return "done";
        });
        assertThat(answer).isEqualTo("done");
        assertThat(asked).doesNotHaveDuplicates().hasSize(3);
        assertThat(reports)
                .containsExactly(
                        "failed " + asked.get(0) + " refused 1",
                        "failed " + asked.get(1) + " refused 2",
                        "answered " + asked.get(2));
        assertReleased();
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(ints = {1, 2, 3, 7})
    void call_allServersFail_throwsTheLastFailureWithTheOthers(int attempts) {
        List<Endpoint> asked = new ArrayList<>();
        assertThatThrownBy(() -> director.call(ORDERS, attempts, connection -> {
                    asked.add(connection.destination());
                    throw new IOException("reset " + asked.size());
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("reset " + Math.min(3, attempts))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(attempts == 1 ? 0 : 1));
        assertThat(asked).doesNotHaveDuplicates().hasSize(Math.min(3, attempts));
        assertThat(reports).hasSameSizeAs(asked);
        assertReleased();
    }

    static List<Exception> ofServers() {
        return List.of(
                new IOException("reset"),
                new SocketTimeoutException("silent"),
                new UncheckedIOException(new IOException("reset")),
                new TimeoutException("late"));
    }

    @ParameterizedTest
    @MethodSource("ofServers")
    void call_failureOfTheServer_isRetried(Exception failure) throws Exception {
        List<Endpoint> asked = new ArrayList<>();
        director.call(ORDERS, 2, connection -> {
            asked.add(connection.destination());
            if (asked.size() == 1) {
                throw failure;
            }
            return null;
        });
        assertThat(asked).hasSize(2);
    }

    static List<Exception> ofTheWork() {
        return List.of(
                new IllegalStateException("a bug"),
                new InterruptedIOException("interrupted"),
                new InterruptedException(),
                new Exception("of the application"));
    }

    @ParameterizedTest
    @MethodSource("ofTheWork")
    void call_failureOfTheWork_endsTheCall(Exception failure) {
        List<Endpoint> asked = new ArrayList<>();
        assertThatThrownBy(() -> director.call(ORDERS, 3, connection -> {
                    asked.add(connection.destination());
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(asked).hasSize(1);
        assertThat(reports).isEmpty();
        assertReleased();
    }

    @Test
    void call_threadInterrupted_serverIsNotBlamed() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> director.call(ORDERS, 3, connection -> {
                    throw new IOException("closed");
                }))
                .isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(reports).isEmpty();
        assertReleased();
    }

    @Test
    void call_workReportsTheFailure_anyExceptionIsRetried() {
        List<Endpoint> asked = new ArrayList<>();
        String answer = director.call(ORDERS, 2, connection -> {
            asked.add(connection.destination());
            if (asked.size() == 1) {
                IllegalStateException overloaded = new IllegalStateException("503");
                connection.failed(overloaded);
                throw overloaded;
            }
            return "done";
        });
        assertThat(answer).isEqualTo("done");
        assertThat(reports).containsExactly("failed " + asked.get(0) + " 503", "answered " + asked.get(1));
        assertReleased();
    }

    @Test
    void call_listenerThrows_workIsNotRepeated() {
        director.addServerListener(new ServerListener() {
            @Override
            public void failed(ServiceKey service, Endpoint server, Throwable cause) {}

            @Override
            public void answered(ServiceKey service, Endpoint server) {
                throw new UncheckedIOException(new IOException("of the listener"));
            }
        });
        AtomicInteger done = new AtomicInteger();
        assertThatThrownBy(() -> director.call(ORDERS, 3, connection -> done.incrementAndGet()))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(done).hasValue(1);
        assertThat(reports).noneMatch(report -> report.startsWith("failed"));
        assertReleased();
    }

    @Test
    void call_noServer_unavailable() {
        director.setServers(ORDERS, List.of());
        assertThatThrownBy(() -> director.call(ORDERS, 3, connection -> "never"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("orders: no server is available");
        assertThatThrownBy(() -> director.call(ServiceKey.named("other"), 3, connection -> "never"))
                .isInstanceOf(DirectorException.class)
                .hasMessage("no such service: other");
        assertThatThrownBy(() -> director.call(ORDERS, 0, connection -> "never"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attempts = 0 is not positive");
    }

    @Test
    void call_error_closes() {
        assertThatThrownBy(() -> director.call(ORDERS, 3, connection -> {
                    throw new AssertionError("of the work");
                }))
                .isInstanceOf(AssertionError.class);
        assertReleased();
    }

    @Test
    void call_peakEwma_prefersTheFasterServer() {
        ServiceKey fast = ServiceKey.named("fast");
        director.addService(
                VirtualService.of(fast, "peak-ewma"), RealServer.of("10.0.0.1:80"), RealServer.of("10.0.0.2:80"));
        int[] counts = new int[2];
        for (int i = 0; i < 200; i++) {
            director.call(fast, 1, connection -> {
                int server = ((int) connection.destination().address().low() & 0xFF) - 1;
                counts[server]++;
                fixture.advance(server == 0 ? 0.001 : 0.1);
                return null;
            });
        }
        assertThat(counts[0]).isGreaterThan(5 * counts[1]);
    }

    @Test
    void close_afterAFailure_lingersAsReset() {
        Connection connection = director.open(ORDERS);
        connection.established();
        connection.failed(null);
        connection.failed(null);
        connection.close();
        fixture.advance(11);
        assertThat(director.service(ORDERS).servers())
                .as("10 s in CLOSE, not 120 s in TIME_WAIT")
                .allSatisfy(server -> assertThat(server.inactive()).isZero());
    }
}
