package org.lvs4j.examples.webcluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class WebClusterTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine command =
            WebCluster.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    @Test
    void help_optionsAndExitCodesListed() {
        assertThat(command.execute("--help")).isZero();
        assertThat(out.toString()).contains("--once", "--servers=N", "--port=P", "Exit codes:");
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "--servers, 1, outside 2..16",
        "--servers, 17, outside 2..16",
        "--servers, three, is not an int",
        "--port, -1, outside 0..65535",
        "--port, 65536, outside 0..65535",
        "--port, 99999999999, is not an int",
        "--nonsense, 1, Unknown option",
    })
    void option_invalid_namedInUsageError(String option, String value, String reason) {
        assertThat(command.execute(option, value)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(option).contains(reason);
        assertThat(out.toString()).isEmpty();
    }
}
