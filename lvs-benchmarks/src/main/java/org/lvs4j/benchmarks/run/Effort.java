package org.lvs4j.benchmarks.run;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The numbers of forks and iterations and the heap of a benchmark, where they differ from the annotations of its class.
 * The user's options take precedence.
 *
 * @param heap the size of the heap, as {@code -Xmx} takes it
 */
record Effort(Optional<Integer> forks, Optional<Integer> warmups, Optional<Integer> iterations, Optional<String> heap) {
    private static final TimeValue QUICK = TimeValue.milliseconds(200);

    /** As annotated. */
    static final Effort DEFAULT = new Effort(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    static Effort of(int forks, int warmups, int iterations) {
        return new Effort(Optional.of(forks), Optional.of(warmups), Optional.of(iterations), Optional.empty());
    }

    Effort heap(String size) {
        return new Effort(forks, warmups, iterations, Optional.of(size));
    }

    /** One fork and a few short iterations, for a first look. */
    boolean quick() {
        return forks.isPresent() && forks.get() == 1 && iterations.isPresent() && iterations.get() == 2;
    }

    Effort toQuick() {
        return new Effort(Optional.of(1), Optional.of(2), Optional.of(2), heap);
    }

    /** Options for a heap of a size. The collector is fixed, so that it does not depend on the machine. */
    static List<String> heapArgs(String size) {
        return List.of("-Xms" + size, "-Xmx" + size, "-XX:+UseG1GC");
    }

    void apply(ChainedOptionsBuilder builder, Options user) {
        forks.filter(value -> !user.getForkCount().hasValue()).ifPresent(builder::forks);
        warmups.filter(value -> !user.getWarmupIterations().hasValue()).ifPresent(builder::warmupIterations);
        iterations
                .filter(value -> !user.getMeasurementIterations().hasValue())
                .ifPresent(builder::measurementIterations);
        heap.ifPresent(value -> builder.jvmArgsAppend(
                Stream.concat(heapArgs(value).stream(), user.getJvmArgsAppend().orElse(List.of()).stream())
                        .toArray(String[]::new)));
        if (quick()) {
            if (!user.getWarmupTime().hasValue()) {
                builder.warmupTime(QUICK);
            }
            if (!user.getMeasurementTime().hasValue()) {
                builder.measurementTime(QUICK);
            }
        }
    }
}
