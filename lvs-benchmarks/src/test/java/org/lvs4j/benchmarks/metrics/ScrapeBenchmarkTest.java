package org.lvs4j.benchmarks.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class ScrapeBenchmarkTest {
    private static ScrapeBenchmark benchmark(ScrapePeer peer, int servers, int services) {
        ScrapeBenchmark benchmark = new ScrapeBenchmark();
        benchmark.peer = peer;
        benchmark.servers = servers;
        benchmark.services = services;
        benchmark.prepare();
        return benchmark;
    }

    @ParameterizedTest
    @EnumSource
    void read_metersOfManyServers_grows(ScrapePeer peer) {
        ScrapeBenchmark few = benchmark(peer, 10, 10);
        ScrapeBenchmark many = benchmark(peer, 100, 10);
        assertThat(many.read()).isGreaterThan(few.read());
        few.close();
        many.close();
    }

    @Test
    void values_weightsOfAllServers_inTheSum() {
        ScrapeBenchmark benchmark = benchmark(ScrapePeer.VALUES, 20, 2);
        ScrapeBenchmark more = benchmark(ScrapePeer.VALUES, 40, 2);
        // Of each server: its weight, in the number of all, of its service, and of those available there.
        assertThat(more.read() - benchmark.read()).isEqualTo(20 * 4.0);
        benchmark.close();
        more.close();
    }
}
