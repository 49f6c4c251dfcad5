package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.health.Script;

@Tag("slow")
final class ScriptsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"exit 0,", "exit 3, exit status 3", "kill -9 $$, ended by a signal"})
    void run_end_reasonUnlessItIsZero(String text, String reason) throws Exception {
        assertThat(Scripts.run(Script.of("sh", "-c", text), LONG)).isEqualTo(reason);
    }

    @Test
    void run_missingProgramOrUser_reason() throws Exception {
        assertThat(Scripts.run(Script.of("/no/such/program"), LONG)).contains("there is no program");
        assertThat(Scripts.run(new Script(List.of("true"), "no-such-user", null), LONG))
                .contains("no-such-user");
    }

    @Test
    void run_tooLong_terminatedWithItsGroup() throws Exception {
        Path out = directory.resolve("out");

        assertThat(Scripts.run(
                        Script.of("sh", "-c", "trap 'echo term >" + out + "; exit' TERM; sleep 60 & wait"),
                        Duration.ofMillis(300)))
                .isEqualTo("not finished after 0.3 s");

        ProbeFixture.await("TERM", () -> Files.exists(out));
        ProbeFixture.await(
                "no process is left", () -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
    }
}
