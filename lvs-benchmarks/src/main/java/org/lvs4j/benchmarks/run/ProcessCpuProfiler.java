package org.lvs4j.benchmarks.run;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * The processor time of the whole process per operation, for benchmarks whose work is done on other threads than theirs. It
 * includes the collector and the compilers, and both ends of a connection inside the process.
 */
public final class ProcessCpuProfiler implements InternalProfiler {
    static final String METRIC = "cpu.process.norm";

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private long before;

    /** Called by JMH. */
    public ProcessCpuProfiler() {}

    @Override
    public String getDescription() {
        return "processor time per operation, of the whole process";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = system.getProcessCpuTime();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        long operations = result.getMetadata().getAllOps();
        double spent = system.getProcessCpuTime() - before;
        return operations == 0
                ? List.of()
                : List.of(new ScalarResult(METRIC, spent / operations, "ns/op", AggregationPolicy.AVG));
    }
}
