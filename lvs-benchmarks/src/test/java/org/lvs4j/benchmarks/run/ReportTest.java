package org.lvs4j.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static String entry(String peer, double... iterations) {
        return """
                {"jmhVersion": "1.37", "benchmark": "org.lvs4j.benchmarks.PickBenchmark.pick", "mode": "avgt",
                 "threads": 2, "forks": 1, "params": {"peer": "%s", "scheduler": "rr", "servers": "10"},
                 "primaryMetric": {"score": 7.5, "scoreError": "NaN", "scoreUnit": "ns/op", "rawData": [%s]},
                 "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 128.0, "scoreError": 0.1, "scoreUnit": "B/op"}}}
                """.formatted(peer, Arrays.toString(iterations));
    }

    private static String page(String... entries) {
        return Report.of(
                "pick",
                Map.of("CPU", "one | two"),
                "PLAIN",
                List.of(),
                Result.parse("[" + String.join(",", entries) + "]"));
    }

    @Test
    void report_twoPeers_rowWithRatioOfMedians() {
        assertThat(page(entry("LVS4J", 90, 5, 4), entry("PLAIN", 15, 25)))
                .contains("| CPU | one \\| two |")
                .contains("## PickBenchmark.pick, ns/op")
                .contains("| scheduler | servers | threads | LVS4J | PLAIN |")
                .contains("| rr | 10 | 2 | 5.0 (4.0 – 90.0), 128 B, **0.25 ×** | 20.0 (15.0 – 25.0), 128 B |");
    }

    private static String timed(String peer, double wall, double cpuNanos) {
        return entry(peer, wall)
                .replace(
                        "\"secondaryMetrics\": {",
                        "\"secondaryMetrics\": {\"" + CpuProfiler.METRIC + "\": {\"score\": " + cpuNanos
                                + ", \"scoreUnit\": \"ns/op\"}, ");
    }

    @Test
    void report_processorTimeMeasured_ratioOfProcessorTimes() {
        assertThat(page(timed("LVS4J", 90, 4), timed("PLAIN", 20, 16)))
                .contains("processor time as a multiple of PLAIN's")
                .contains("| 90.0, cpu 4.0, 128 B, **0.25 ×** | 20.0, cpu 16.0, 128 B |");
    }

    @Test
    void report_goals_metMissedOrOmitted() {
        Goal.Cell cell = Goal.cell("PickBenchmark.pick", 2, "scheduler", "rr");
        String page = Report.of(
                "pick",
                Map.of(),
                "PLAIN",
                List.of(
                        Goal.faster(3, "PLAIN", "one", cell),
                        Goal.faster(5, "PLAIN", "two", cell),
                        Goal.atMost(1.25, "PLAIN", "three", cell),
                        Goal.atMost(4, "ns", cell, "four"),
                        Goal.noAllocation("five", cell),
                        Goal.timesOneThread(2, "six", cell),
                        Goal.times(1.5, "servers", "10", "seven", cell.with("servers", "10"))),
                Result.parse("[" + timed("LVS4J", 90, 5) + "," + timed("PLAIN", 20, 20) + "]"));
        assertThat(page)
                .contains("| one | 3 × faster than PLAIN | 4.00 × (5.0, 20.0) | met |")
                .contains("| two | 5 × faster than PLAIN | 4.00 × (5.0, 20.0) | **missed** |")
                .contains("| three | ≤ 1.25 × PLAIN | 0.25 × (5.0, 20.0) | met |")
                .contains("| four | ≤ 4 ns | 5.0 | **missed** |")
                .contains("| five | 0 B | 128.0 | **missed** |")
                .contains("| seven | ≤ 1.5 × with 10 servers | 1.00 × (5.0, 5.0) | met |")
                .doesNotContain("| six |");
    }

    @Test
    void chart_lvs4jAndAnotherPeer_barWithTheRatio() {
        List<Result> results = Result.parse("[" + timed("LVS4J", 90, 5) + "," + timed("PLAIN", 20, 20) + "]");
        assertThat(Chart.rows(results)).containsOnlyKeys("Pick, rr, 10 servers, 2 threads");
        assertThat(Chart.rows(results).get("Pick, rr, 10 servers, 2 threads")).containsEntry("PLAIN", 4.0);
        assertThat(Chart.of("a < b", Map.of("Command", "run pick"), results))
                .startsWith("<svg")
                .contains(">4.00</text>", "a &lt; b", "run pick")
                .endsWith("</svg>\n");
        assertThat(Chart.of("alone", Map.of(), Result.parse("[" + entry("LVS4J", 5) + "]")))
                .isEmpty();
    }

    @Test
    void report_noBaseline_noRatio() {
        assertThat(page(entry("LVS4J", 1234.6)))
                .contains("| rr | 10 | 2 | 1,235, 128 B |")
                .doesNotContain("×");
    }

    @Test
    void report_peerMissingInARow_emptyCell() {
        String other = entry("PLAIN", 20).replace("\"10\"", "\"100\"");
        assertThat(page(entry("LVS4J", 5), other))
                .contains("| rr | 10 | 2 | 5.0, 128 B |  |")
                .contains("| rr | 100 | 2 |  | 20.0, 128 B |");
    }

    @Test
    void iterations_none_meanShown() {
        assertThat(page(entry("LVS4J"))).contains("| 7.5, 128 B |");
    }

    @Test
    void parse_notResultsOfJmh_refused() {
        assertThatThrownBy(() -> Result.parse("[{}]"))
                .isInstanceOf(JsonParseException.class)
                .hasMessageContaining("expected results of JMH");
        assertThatThrownBy(() -> Result.parse("[]")).hasMessageContaining("list of results is empty");
        assertThatThrownBy(() -> Result.parse("[{")).isInstanceOf(JsonParseException.class);
    }

    @Test
    void machine_facts_noneBlank() {
        assertThat(Machine.facts())
                .containsKeys("CPU", "Cores", "Kernel", "JDK", "Date")
                .allSatisfy((name, value) -> assertThat(value).as(name).isNotBlank());
        assertThat(Machine.load()).matches("unknown|\\d+\\.\\d\\d");
    }
}
