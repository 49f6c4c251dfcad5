package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** The options about the access log, and what they refuse. */
class AccessLogOptionsTest {
    @TempDir
    private Path directory;

    private final StringWriter error = new StringWriter();

    private int run(String options) throws Exception {
        CommandLine commandLine = Lvsd.commandLine();
        commandLine.setErr(new PrintWriter(error, true));
        Path rules = Files.writeString(directory.resolve("a.rules"), "-A -t 127.0.0.1:80\n");
        String socket = directory.resolve("s/lvsd.sock").toString();
        return commandLine.execute(("run " + rules + " --socket " + socket + " " + options).split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--access-log a --tun lvs0 | --access-log is an option of the relay",
                "--access-log-format json | --access-log-format: only with --access-log",
                "--access-log-size 1MB | --access-log-size: only with a file of --access-log",
                "--access-log-files 3 | --access-log-files: only with a file of --access-log",
                "--access-log - --access-log-size 1MB | --access-log-size: only with a file of --access-log",
                "--access-log - --access-log-files 1 | --access-log-files: only with a file of --access-log",
                "--access-log a --access-log-size 99kB | --access-log-size 99000 is neither 0 nor at least 100kB",
                "--access-log a --access-log-files 1001 | --access-log-files 1001 is outside 0..1000",
                "--access-log a --access-log-format xml | is not a format; expected text or json"
            })
    void run_optionsThatDoNotFit_refusedByName(String options, String message) throws Exception {
        assertThat(run(options)).isEqualTo(2);
        assertThat(error.toString()).contains(message);
    }

    @Test
    void run_fileThatCannotBeWritten_toldWithTheOption() throws Exception {
        assertThat(run("--access-log " + directory.resolve("none/access.log"))).isEqualTo(1);
        assertThat(error.toString()).contains("--access-log " + directory.resolve("none/access.log") + ": ");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "100kB, 100000", "5MB, 5000000", "2GB, 2000000000"})
    void size_withUnit_parsed(String text, long bytes) {
        assertThat(new AccessLogOptions.SizeConverter().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "MB", "-1MB", "1 MB", "1.5MB", "1mb", "1KB", "1TB", "1234567MB", "00"})
    void size_anythingElse_refusedNamingTheText(String text) {
        assertThatThrownBy(() -> new AccessLogOptions.SizeConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
