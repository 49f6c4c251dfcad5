package org.lvs4j.benchmarks.run;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * One benchmark class with some of its parameters, for each of several numbers of threads. Parameters that a plan does
 * not name take their defaults.
 */
record Plan(Class<?> benchmark, Map<String, List<String>> params, List<Integer> threads) {
    /** A plan of all parameters' defaults. */
    static Plan of(Class<?> benchmark, Integer... threads) {
        return new Plan(benchmark, Map.of(), List.of(threads));
    }

    /** The same plan with a parameter limited to these values. */
    Plan with(String param, Collection<String> values) {
        Map<String, List<String>> now = new LinkedHashMap<>(params);
        now.put(param, List.copyOf(values));
        return new Plan(benchmark, now, threads);
    }

    /** Whether there is anything left to run. */
    boolean isEmpty() {
        return params.values().stream().anyMatch(List::isEmpty);
    }

    /**
     * The part of the plan that the user wants: of a parameter that the plan names, those values that the user names
     * too; the user's number of threads.
     */
    Plan narrowedBy(Options user) {
        Map<String, List<String>> now = new LinkedHashMap<>();
        params.forEach((param, values) -> now.put(
                param,
                user.getParameter(param).hasValue()
                        ? values.stream().filter(user.getParameter(param).get()::contains).toList()
                        : values));
        return new Plan(
                benchmark,
                now,
                user.getThreads().hasValue() ? List.of(user.getThreads().get()) : threads);
    }

    /** What to tell JMH, one for each number of threads, on top of the user's options. Allocation is always counted. */
    List<Options> options(Options user) {
        return threads.stream().map(count -> options(user, count)).toList();
    }

    private Options options(Options user, int threadCount) {
        var builder = new OptionsBuilder()
                .parent(user)
                .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
                .threads(threadCount)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true);
        params.forEach((param, values) -> builder.param(param, values.toArray(String[]::new)));
        return builder.build();
    }
}
