package org.lvs4j.benchmarks.metrics;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.lvs4j.Director;
import org.lvs4j.metrics.LvsMetrics;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost to read all meters of a director with so many servers in so many services? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
@Warmup(iterations = 5, time = 1)
@org.openjdk.jmh.annotations.Measurement(iterations = 5, time = 1)
public class ScrapeBenchmark {
    /** How the meters are read. */
    @Param({"PROMETHEUS", "VALUES"})
    public ScrapePeer peer;

    /** The number of servers, all services together. */
    @Param({"1000", "10000"})
    public int servers;

    /** The number of services among which they are spread evenly. */
    @Param({"1", "1000"})
    public int services;

    private final PrometheusMeterRegistry page = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MeterRegistry values = new SimpleMeterRegistry();
    private List<Meter> meters;
    private LvsMetrics metrics;

    /** Adds the services and their servers, and binds a registry. */
    @Setup
    public void prepare() {
        Director director = Director.create();
        for (int i = 0; i < services; i++) {
            RealServer[] some = new RealServer[servers / services];
            for (int j = 0; j < some.length; j++) {
                some[j] = RealServer.of("10.1." + j / 256 + "." + j % 256 + ":80");
            }
            director.addService(VirtualService.of(ServiceKey.named("service-" + i), "rr"), some);
        }
        metrics = LvsMetrics.builder(director)
                .maxServices(services)
                .maxServers(servers)
                .build();
        metrics.bindTo(peer == ScrapePeer.PROMETHEUS ? page : values);
        meters = values.getMeters();
    }

    /** Removes the meters. */
    @TearDown
    public void close() {
        metrics.close();
    }

    /** All meters once. */
    @Benchmark
    public double read() {
        if (peer == ScrapePeer.PROMETHEUS) {
            return page.scrape().length();
        }
        double sum = 0;
        for (Meter meter : meters) {
            for (Measurement measurement : meter.measure()) {
                sum += measurement.getValue();
            }
        }
        return sum;
    }
}
