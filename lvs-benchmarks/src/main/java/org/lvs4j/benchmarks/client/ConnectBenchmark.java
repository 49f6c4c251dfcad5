package org.lvs4j.benchmarks.client;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost beyond the plain bootstrap to connect and close a balanced channel? Channels inside the JVM, one after
 * another on one event loop; ten servers, {@code wlc}. The run fails if a connection is still counted at the end.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m"})
@Warmup(iterations = 5, time = 1, timeUnit = TimeUnit.SECONDS)
@Measurement(iterations = 5, time = 1, timeUnit = TimeUnit.SECONDS)
public class ConnectBenchmark {
    static final int CONNECTS = 1000;

    /** How the channel is connected. */
    @Param({"BOOTSTRAP", "BALANCED", "RESOLVER"})
    public ConnectPeer peer;

    LocalServer server;
    private EventLoop loop;
    private Consumer<Consumer<Channel>> connect;

    /** Starts the server. */
    @Setup
    public void prepare() throws InterruptedException {
        server = new LocalServer();
        loop = server.loops.next();
        connect = peer.prepare(server);
    }

    /** Checks that nothing is counted. */
    @TearDown
    public void check() {
        int counted = server.counted();
        server.close();
        if (counted != 0) {
            throw new IllegalStateException(counted + " connections are counted");
        }
    }

    /** A thousand channels, one after another. */
    @Benchmark
    @OperationsPerInvocation(CONNECTS)
    public void connectAndClose() throws InterruptedException {
        Promise<Void> done = loop.newPromise();
        loop.execute(() -> next(CONNECTS, done));
        done.sync();
    }

    private void next(int left, Promise<Void> done) {
        if (left == 0) {
            done.setSuccess(null);
            return;
        }
        connect.accept(channel -> {
            if (channel == null) {
                done.tryFailure(new IllegalStateException("a connect has failed"));
            } else {
                channel.close();
                // A task of its own: the depth of the stack stays the same.
                channel.closeFuture().addListener(closed -> loop.execute(() -> next(left - 1, done)));
            }
        });
    }
}
