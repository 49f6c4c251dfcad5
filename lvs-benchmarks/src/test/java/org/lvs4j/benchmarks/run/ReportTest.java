package org.lvs4j.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParseException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static String entry(String peer, String score, String error) {
        return """
                {"jmhVersion": "1.37", "benchmark": "org.lvs4j.benchmarks.PickBenchmark.pick", "mode": "avgt",
                 "threads": 2, "forks": 3, "params": {"peer": "%s", "scheduler": "rr", "servers": "10"},
                 "primaryMetric": {"score": %s, "scoreError": %s, "scoreUnit": "ns/op", "rawData": [[1.0]]},
                 "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 128.0, "scoreError": 0.1, "scoreUnit": "B/op"}}}
                """
                .formatted(peer, score, error);
    }

    private static String page(String... entries) {
        return Report.of(
                "pick", Map.of("CPU", "one | two"), "PLAIN", Result.parse("[" + String.join(",", entries) + "]"));
    }

    @Test
    void report_twoPeers_rowWithRatioToBaseline() {
        assertThat(page(entry("LVS4J", "5.0", "0.25"), entry("PLAIN", "20.0", "1.0")))
                .contains("| CPU | one \\| two |")
                .contains("## PickBenchmark.pick, ns/op")
                .contains("| scheduler | servers | threads | LVS4J | PLAIN |")
                .contains("| rr | 10 | 2 | 5.0 ± 0.3, 128 B, **0.25 ×** | 20.0 ± 1.0, 128 B |");
    }

    @Test
    void report_noBaseline_noRatio() {
        assertThat(page(entry("LVS4J", "1234.5", "2.0")))
                .contains("| rr | 10 | 2 | 1,235 ± 2.0, 128 B |")
                .doesNotContain("×");
    }

    @Test
    void report_errorNotANumber_leftOut() {
        assertThat(page(entry("LVS4J", "5.0", "\"NaN\""))).contains("| 5.0, 128 B |").doesNotContain("5.0 ±");
    }

    @Test
    void parse_notResultsOfJmh_saysSo() {
        assertThatThrownBy(() -> Result.parse("[{}]"))
                .isInstanceOf(JsonParseException.class)
                .hasMessageContaining("expected results of JMH");
        assertThatThrownBy(() -> Result.parse("[]")).hasMessageContaining("no results");
        assertThatThrownBy(() -> Result.parse("[{")).isInstanceOf(JsonParseException.class);
    }

    @Test
    void machine_facts_allKnown() {
        assertThat(Machine.facts())
                .containsKeys("CPU", "Cores", "Kernel", "JDK", "Date", "Load before")
                .allSatisfy((name, value) -> assertThat(value).as(name).isNotBlank());
    }
}
