package org.lvs4j.benchmarks.run;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
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
 * The processor time of the benchmark's threads per operation. It excludes the time that other programs or the host of
 * a virtual machine take away, and the threads of the collector and the compilers.
 */
public final class CpuProfiler implements InternalProfiler {
    static final String METRIC = "cpu.time.norm";

    private static final String WORKERS = "jmh-worker";

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private long before;

    /** Called by JMH. */
    public CpuProfiler() {}

    @Override
    public String getDescription() {
        return "processor time per operation, of the threads that run the benchmark";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = nanos();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        long operations = result.getMetadata().getAllOps();
        double spent = nanos() - before;
        return operations == 0 || before == 0
                ? List.of()
                : List.of(new ScalarResult(METRIC, spent / operations, "ns/op", AggregationPolicy.AVG));
    }

    /** The processor time of all worker threads so far. They live as long as the fork. */
    private long nanos() {
        long sum = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().contains(WORKERS)) {
                sum += Math.max(0, threads.getThreadCpuTime(thread.getThreadId()));
            }
        }
        return sum;
    }
}
