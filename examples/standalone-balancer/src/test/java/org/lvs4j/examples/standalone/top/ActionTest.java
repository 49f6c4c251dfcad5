package org.lvs4j.examples.standalone.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Director;
import org.lvs4j.config.RuleParser;
import org.lvs4j.config.Rules;
import org.lvs4j.examples.standalone.json.DaemonSnapshot;
import org.lvs4j.service.RealServer;

class ActionTest {
    /** The command line of a changed weight, applied to the director that the snapshot is of. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-t 10.0.0.1:80 -r 10.0.0.11:8080 -m -w 3 -x 100 -y 50",
                "-t 10.0.0.1:80 -r 10.0.0.11:80 -g -x 7",
                "-u 10.0.0.1:53 -r 10.0.0.11:53 -i",
                "-t [fd00::1]:80 -r [fd00::11]:80 -i --tun-type gue --tun-port 6080 --tun-remcsum",
                "-t 10.0.0.1:80 -r 10.0.0.11:80 -i --tun-type gre --tun-csum",
                "-t 10.0.0.1:80 -r 10.0.0.11:80 -i --tun-type gue --tun-port 1 --tun-nocsum",
                "--sctp-service 10.0.0.1:80 -r 10.0.0.11:80 -m",
                "-f 4000000000 -r 10.0.0.11:0 -g",
                "-f 7 -6 -r [fd00::11]:0 -m"
            })
    void weight_anyServer_onlyTheWeightChanges(String server) throws Exception {
        Director director = Director.create();
        Rules.parse("-A " + server.substring(0, server.indexOf(" -r ")) + " -s rr\n-a " + server + "\n", "test")
                .applyTo(director);
        RealServer before = director.services().get(0).servers().get(0).server();
        StringBuilder document = new StringBuilder();
        DaemonSnapshot.print(director, null, "0.1.0", System.nanoTime(), document);
        Table table = Table.of(Snapshot.parse(document.toString()), Table.Selection.ALL);
        Row row = table.rows().get(1);

        Action action = Action.weight(row, row.server(), 42);
        RuleParser.parse(action.arguments()).applyTo(director);

        assertThat(director.services().get(0).servers().get(0).server()).isEqualTo(before.withWeight(42));
    }

    @Test
    void interval_anyText_durationOrReason() {
        assertThat(Interval.parse("100ms")).isEqualTo(Duration.ofMillis(100));
        assertThat(Interval.parse("60m")).isEqualTo(Duration.ofHours(1));
        for (String text : List.of("99ms", "61m", "5", "", "1h", "-1s", "99999999s")) {
            assertThatThrownBy(() -> Interval.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Interval.print(Duration.ofMillis(1500))).isEqualTo("every 1500ms");
    }

    @Test
    void commandLine_wrong_reason() {
        for (String line : List.of("top --nosuch", "top --interval", "top --interval 1x", "top now")) {
            assertThatThrownBy(() -> TopCommand.parse(List.of(line.split(" "))))
                    .as(line)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        TopCommand.parse(List.of("top", "--interval=2s", "--once", "--no-color"));
    }
}
