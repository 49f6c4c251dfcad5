package org.lvs4j.benchmarks.run;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * One benchmark class with values of its parameters and numbers of threads. Parameters that a plan does not name have
 * their defaults.
 */
record Plan(
        Class<?> benchmark,
        Map<String, List<String>> params,
        List<Integer> threads,
        Effort effort,
        Class<? extends InternalProfiler> processorTime) {
    private static final String CONNECTIONS = "connections";
    private static final int MAX_DIGITS = 7;

    /** A plan with the defaults of all parameters. */
    static Plan of(Class<?> benchmark, Integer... threads) {
        return new Plan(benchmark, Map.of(), List.of(threads), Effort.DEFAULT, CpuProfiler.class);
    }

    /** The same plan with a parameter limited to these values. */
    Plan with(String param, Collection<String> values) {
        Map<String, List<String>> now = new LinkedHashMap<>(params);
        now.put(param, List.copyOf(values));
        return new Plan(benchmark, now, threads, effort, processorTime);
    }

    /** The same plan with a parameter limited to these values. */
    Plan with(String param, String... values) {
        return with(param, List.of(values));
    }

    /** The same plan for these numbers of threads. */
    Plan threads(Integer... counts) {
        return new Plan(benchmark, params, List.of(counts), effort, processorTime);
    }

    /** The same plan with another effort. */
    Plan with(Effort newEffort) {
        return new Plan(benchmark, params, threads, newEffort, processorTime);
    }

    /** The same plan, for a benchmark whose work is done on other threads: with the processor time of the whole process. */
    Plan ofProcess() {
        return new Plan(benchmark, params, threads, effort, ProcessCpuProfiler.class);
    }

    /** The same plan with little effort, and without sizes that take long to set up. */
    Plan toQuick() {
        Plan quick = with(effort.toQuick());
        List<String> sizes = params.get(CONNECTIONS);
        return sizes == null
                ? quick
                : quick.with(
                        CONNECTIONS,
                        sizes.stream()
                                .filter(size -> size.length() <= MAX_DIGITS)
                                .toList());
    }

    /** Whether some parameter has no value left, so that there is nothing to run. */
    boolean isEmpty() {
        return params.values().stream().anyMatch(List::isEmpty);
    }

    /**
     * The plan limited by the user's options: of each parameter that the plan names, the values that the user names
     * too, and the user's number of threads.
     */
    Plan narrowedBy(Options user) {
        Map<String, List<String>> now = new LinkedHashMap<>();
        params.forEach((param, values) -> now.put(
                param,
                user.getParameter(param).hasValue()
                        ? values.stream()
                                .filter(user.getParameter(param).get()::contains)
                                .toList()
                        : values));
        return new Plan(
                benchmark,
                now,
                user.getThreads().hasValue() ? List.of(user.getThreads().get()) : threads,
                effort,
                processorTime);
    }

    /**
     * The options of JMH, based on the user's: one run for each row of the table, so that the peers of a row run one
     * right after another, under similar conditions. Allocation and processor time are always measured.
     */
    List<Options> options(Options user) {
        List<Map<String, String>> rows = List.of(Map.of());
        for (Field field : benchmark.getFields()) {
            Param param = field.getAnnotation(Param.class);
            String name = field.getName();
            if (param != null && !name.equals(Result.PEER)) {
                List<String> values = values(name, param, user);
                rows = rows.stream()
                        .flatMap(row -> values.stream().map(value -> plus(row, name, value)))
                        .toList();
            }
        }
        return rows.stream()
                .flatMap(row -> threads.stream().map(count -> options(user, row, count)))
                .toList();
    }

    private List<String> values(String name, Param param, Options user) {
        List<String> planned = params.get(name);
        return planned != null ? planned : List.copyOf(user.getParameter(name).orElse(List.of(param.value())));
    }

    private static Map<String, String> plus(Map<String, String> row, String name, String value) {
        Map<String, String> longer = new LinkedHashMap<>(row);
        longer.put(name, value);
        return longer;
    }

    private Options options(Options user, Map<String, String> row, int threadCount) {
        String name = benchmark.getName().replace(".", "\\.");
        var builder = new OptionsBuilder()
                .parent(user)
                .include("^" + name + "\\.")
                // JMH adds the names of the user to the includes; the exclude keeps other classes out.
                .exclude("^(?!" + name + "\\.)")
                .threads(threadCount)
                .addProfiler(GCProfiler.class)
                .addProfiler(processorTime)
                .shouldFailOnError(true);
        effort.apply(builder, user);
        row.forEach(builder::param);
        List<String> peers = params.get(Result.PEER);
        if (peers != null) {
            builder.param(Result.PEER, peers.toArray(String[]::new));
        }
        return builder.build();
    }
}
