package org.lvs4j.examples.webcluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a person starts it: its story, its measurements, and what is left of it afterwards. */
@Timeout(300)
class WebClusterIT {
    private static final int TERMINATED = 128 + 15;

    @TempDir
    private Path directory;

    /** Two copies side by side: one runs rules on PostgreSQL, if it is installed, the other a file of keepalived. */
    @Test
    void story_bothLanguagesAndDatabasesAtTheSameTime_everyCheckPassesAndNothingIsLeft() throws Exception {
        try (PostgresServer postgres = PostgresServer.startIfInstalled(directory);
                ClusterProgram rules = postgres == null
                        ? ClusterProgram.start(directory, "--once", "--config", "rules")
                        : ClusterProgram.start(
                                directory,
                                PostgresServer.LOGIN,
                                "--once",
                                "--config",
                                "rules",
                                "--database",
                                postgres.create("shop"));
                ClusterProgram keepalived = ClusterProgram.start(directory, "--once", "--config", "keepalived")) {
            requirePassed(rules);
            requirePassed(keepalived);
            assertThat(rules.output()).contains("cluster.rules").doesNotContain("keepalived.conf");
            assertThat(keepalived.output()).contains("keepalived.conf");
        }
    }

    private static void requirePassed(ClusterProgram program) throws Exception {
        int exitCode = program.awaitEnd();
        assertThat(program.output()).contains("All checks passed.").doesNotContain("FAILED", "Exception");
        assertThat(exitCode).isZero();
        program.awaitNoProcesses();
        assertThat(program.temporaryFiles()).isEmpty();
    }

    @Test
    void story_terminatedOrKilled_noProcessIsLeft() throws Exception {
        try (ClusterProgram terminated = ClusterProgram.start(directory, "--once");
                ClusterProgram killed = ClusterProgram.start(directory, "--once")) {
            terminated.awaitOutput("Load comes");
            killed.awaitOutput("Load comes");
            // The director, the database and two web servers.
            assertThat(terminated.processes()).hasSizeGreaterThanOrEqualTo(4);
            assertThat(killed.processes()).hasSizeGreaterThanOrEqualTo(4);

            terminated.terminate();
            killed.kill();

            assertThat(terminated.awaitEnd()).isEqualTo(TERMINATED);
            terminated.awaitNoProcesses();
            assertThat(terminated.temporaryFiles()).isEmpty();
            assertThat(terminated.output()).doesNotContain("Exception");
            killed.awaitNoProcesses();
        }
    }

    @Test
    void database_doesNotAnswer_exitCodeOneAndItsUrl() throws Exception {
        String url = "jdbc:postgresql://127.0.0.1:1/shop";
        try (ClusterProgram program = ClusterProgram.start(directory, "--once", "--database", url)) {
            int exitCode = program.awaitEnd();

            assertThat(program.output())
                    .contains("web-cluster: the database " + url + " does not answer")
                    .doesNotContain("\tat ");
            assertThat(exitCode).isOne();
            program.awaitNoProcesses();
            assertThat(program.temporaryFiles()).isEmpty();
        }
    }

    @Test
    void affinity_aSecondEach_eachCaseShowsWhatItShould() throws Exception {
        try (ClusterProgram program = ClusterProgram.start(directory, "affinity", "--seconds", "1")) {
            int exitCode = program.awaitEnd();

            assertThat(program.output())
                    .contains("Each case has shown what it should.")
                    .doesNotContain("NOT AS EXPECTED");
            assertThat(exitCode).isZero();
        }
    }
}
