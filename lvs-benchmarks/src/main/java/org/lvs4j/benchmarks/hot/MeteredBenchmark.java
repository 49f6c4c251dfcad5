package org.lvs4j.benchmarks.hot;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.lvs4j.metrics.LvsMetrics;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
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
 * What does a packet of an established connection cost while its director has meters?
 *
 * <p>As {@link EstablishedBenchmark}, with 100 servers, each of which has meters.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class MeteredBenchmark {
    private static final int BATCH = 1024;
    private static final long BATCH_NANOS = TimeUnit.MICROSECONDS.toNanos(BATCH);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What reads the counters. */
    @Param({"NONE", "BOUND", "SCRAPED"})
    public Metering peer;

    /** The number of connections. */
    @Param({"10000"})
    public int connections;

    private final Clock time = new Clock();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private DirectorStore store;
    private LvsMetrics metrics;
    private int[] sequence;
    private volatile boolean done;
    private Thread reader;

    /** Opens all connections and binds the registry. */
    @Setup
    public void prepare() {
        store = DirectorStore.of(Lifecycle.TCP, connections, time);
        sequence = Order.UNIFORM.sequence(connections);
        Flow flow = new Flow();
        for (int i = 0; i < connections; i++) {
            store.place(Keys.fill(flow, Protocol.TCP, i));
        }
        store.settle(time, connections);
        metrics = LvsMetrics.of(store.director());
        if (peer != Metering.NONE) {
            metrics.bindTo(registry);
        }
        reader = new Thread(this::read, "reader");
        reader.setDaemon(true);
        if (peer == Metering.SCRAPED) {
            reader.start();
        }
    }

    private void read() {
        while (!done) {
            check(registry.scrape());
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static void check(String page) {
        if (!page.contains("lvs_server_packets_total")) {
            throw new IllegalStateException("no meters of servers: " + page);
        }
    }

    /** Checks that no connection was lost, and that the registry has counted the packets. */
    @TearDown
    public void check() throws InterruptedException {
        done = true;
        reader.join();
        if (store.live() != connections) {
            throw new IllegalStateException(store.live() + " connections instead of " + connections);
        }
        if (peer != Metering.NONE) {
            check(registry.scrape());
            double counted = registry.get("lvs.packets")
                    .tag("direction", "in")
                    .functionCounter()
                    .count();
            if (counted != store.director().traffic().inPackets()) {
                throw new IllegalStateException(
                        counted + " packets instead of " + store.director().traffic());
            }
        }
        metrics.close();
    }

    /** One packet. */
    @Benchmark
    public int follow(ThreadState thread) {
        if (thread.index == 0 && (++thread.count & BATCH - 1) == 0) {
            time.advance(BATCH_NANOS);
        }
        int server = store.follow(Keys.fill(thread.flow, Protocol.TCP, thread.next(sequence, connections)));
        if (server < 0) {
            throw new IllegalStateException(thread.flow + " was lost");
        }
        return server;
    }
}
