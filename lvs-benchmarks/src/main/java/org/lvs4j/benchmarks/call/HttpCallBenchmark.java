package org.lvs4j.benchmarks.call;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a request of {@code java.net.http} cost with a balanced client, and with the plain one? The server is that of
 * the JDK, on loopback in the same JVM: its time and its allocations are in both.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        // Otherwise the server of the JDK waits for the acknowledgement of its header, 40 ms.
        jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-Dsun.net.httpserver.nodelay=true"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HttpCallBenchmark {
    private static final byte[] ANSWER = "hello".getBytes(StandardCharsets.UTF_8);

    /** The client. */
    @Param({"PLAIN", "LVS4J"})
    public HttpPeer peer;

    private HttpServer server;
    private HttpPeer.Sender sender;
    private HttpRequest request;

    /** Starts the server. */
    @Setup
    public void prepare() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 100);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, ANSWER.length);
            exchange.getResponseBody().write(ANSWER);
            exchange.close();
        });
        server.start();
        String address = "127.0.0.1:" + server.getAddress().getPort();
        sender = peer.sender(address);
        request = HttpRequest.newBuilder(URI.create("http://" + address + "/")).build();
    }

    /** Stops the server. */
    @TearDown
    public void stop() {
        sender.close();
        server.stop(0);
    }

    /** One request and its answer. */
    @Benchmark
    public int request() throws IOException, InterruptedException {
        int status = sender.send(request).statusCode();
        if (status != 200) {
            throw new IllegalStateException("status " + status);
        }
        return status;
    }
}
