package org.lvs4j.benchmarks.run;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One entry of a JSON file of JMH, with the fields that tables need. The names are those of the file. */
record Result(
        String benchmark,
        String mode,
        int threads,
        int forks,
        @Nullable Map<String, String> params,
        Metric primaryMetric,
        Map<String, Metric> secondaryMetrics) {
    /** The parameter that names the implementation that is measured. */
    static final String PEER = "peer";

    private static final String ALLOCATION = "gc.alloc.rate.norm";

    /**
     * A measured value.
     *
     * @param score the mean of all iterations
     * @param scoreUnit its unit
     * @param rawData the value of each iteration of each fork; null or empty for some secondary metrics
     */
    record Metric(double score, String scoreUnit, @Nullable List<List<Double>> rawData) {
        /** The values of all iterations in ascending order; the mean alone if there are none. */
        double[] iterations() {
            double[] values = rawData == null
                    ? new double[0]
                    : rawData.stream()
                            .flatMap(List::stream)
                            .mapToDouble(Double::doubleValue)
                            .sorted()
                            .toArray();
            return values.length == 0 ? new double[] {score} : values;
        }

        /** The median of all iterations; other load on the machine distorts it less than the mean. */
        double median() {
            double[] values = iterations();
            int middle = values.length / 2;
            return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        }
    }

    /**
     * Reads a whole file.
     *
     * @throws JsonParseException if the text is not JSON or not a list of JMH results
     */
    static List<Result> parse(String json) {
        Result[] results = new Gson().fromJson(json, Result[].class);
        if (results == null || results.length == 0) {
            throw new JsonParseException("the list of results is empty");
        }
        for (Result result : results) {
            if (result == null || result.benchmark == null || result.primaryMetric == null) {
                throw new JsonParseException("an entry lacks 'benchmark' or 'primaryMetric'; expected results of JMH");
            }
        }
        return List.of(results);
    }

    /** Prepares results for publication: removes the path of the JVM and appends other results. */
    static String published(String json, JsonArray others) {
        JsonArray results = JsonParser.parseString(json).getAsJsonArray();
        results.addAll(others);
        results.forEach(result -> result.getAsJsonObject().remove("jvm"));
        return new GsonBuilder().setPrettyPrinting().create().toJson(results) + "\n";
    }

    /** The class and method, without the package. */
    String name() {
        int method = benchmark.lastIndexOf('.');
        return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
    }

    /** The peer that was measured; empty if there is none. */
    String peer() {
        return params == null ? "" : params.getOrDefault(PEER, "");
    }

    /** All parameters but the peer, by name. */
    SortedMap<String, String> setting() {
        SortedMap<String, String> setting = new TreeMap<>(params == null ? Map.of() : params);
        setting.remove(PEER);
        return setting;
    }

    /**
     * The median of the processor time per operation in nanoseconds, of the whole process or of the benchmark's threads; null if
     * it was not measured.
     */
    @Nullable
    Double cpuNanos() {
        Metric metric = ofProcess() ? metric(ProcessCpuProfiler.METRIC) : metric(CpuProfiler.METRIC);
        return metric == null ? null : metric.median();
    }

    /** Whether the processor time is that of the whole process. */
    boolean ofProcess() {
        return metric(ProcessCpuProfiler.METRIC) != null;
    }

    private @Nullable Metric metric(String name) {
        return secondaryMetrics == null ? null : secondaryMetrics.get(name);
    }

    /**
     * The value that results are compared by: the processor time if it was measured, else the median of
     * the primary metric.
     */
    double cost() {
        Double nanos = cpuNanos();
        return nanos == null ? primaryMetric.median() : nanos;
    }

    /** The bytes allocated per operation; null if they were not measured. */
    @Nullable
    Double allocatedBytes() {
        Metric metric = metric(ALLOCATION);
        return metric == null ? null : metric.score();
    }
}
