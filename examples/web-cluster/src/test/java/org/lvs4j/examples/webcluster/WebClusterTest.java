package org.lvs4j.examples.webcluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class WebClusterTest {
    private final StringWriter output = new StringWriter();
    private final StringWriter error = new StringWriter();

    private int run(String... arguments) {
        return WebCluster.commandLine()
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(error, true))
                .execute(arguments);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --config yaml               | --config
            --kind apache               | --kind
            --http 65536                | --http
            --https -1                  | --https
            --http x                    | --http
            --http 81 --https 81        | --http and --https are the same port, 81
            --once --serve              | --once and --serve exclude each other
            --nonsense                  | --nonsense
            scaling --rate 0            | --rate
            scaling --seconds 0         | --seconds
            affinity --seconds 0        | --seconds
            affinity --seconds -1       | --seconds
            director file.rules         | --http
            director f --http a --https b | --http
            """)
    void commandLine_wrong_exitCodeTwoAndTheOption(String arguments, String named) {
        assertThat(run(arguments.split(" "))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(error.toString()).contains(named).doesNotContain("\tat ");
        assertThat(output.toString()).isEmpty();
    }

    @Test
    void certificate_addressThatIsNone_exitCodeOneWithoutAStackTrace(@TempDir Path directory) {
        assertThat(run("certificate", "--directory", directory.toString(), "999.1.1.1"))
                .isOne();
        assertThat(error.toString()).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "director", "web", "storage", "certificate", "affinity", "scaling"})
    void help_eachCommand_printed(String command) {
        assertThat(run((command + " --help").strip().split(" "))).isZero();
        assertThat(output.toString()).startsWith("Usage: web-cluster").contains("--help");
        assertThat(error.toString()).isEmpty();
    }

    @Test
    void help_whole_namesEachTier() {
        assertThat(run("--help")).isZero();
        assertThat(output.toString()).contains("director", "web", "storage", "affinity", "scaling", "Exit codes:");
    }
}
