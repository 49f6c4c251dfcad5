package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code examples/web-cluster/network}: the web cluster in network namespaces, with each forwarding method. */
@Timeout(180)
class WebClusterNetworkIT {
    private static final Path EXAMPLE = Daemon.SCRIPTS.resolveSibling("web-cluster");
    private static final int UNABLE = 77;
    private static final int TERMINATED = 143;

    @TempDir
    private Path directory;

    private Process process;

    private void start(String method) throws IOException, InterruptedException {
        Programs.require("ip", "iproute2");
        Programs.require("curl", "curl");
        if (!Files.exists(EXAMPLE.resolve("target/web-cluster.jar"))) {
            throw skipped("examples/web-cluster has not been packaged, whose servers this test runs in namespaces");
        }
        ProcessBuilder builder = new ProcessBuilder(EXAMPLE.resolve("network").toString(), method);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("TMPDIR", directory.toString());
        process = builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
    }

    private static RuntimeException skipped(String why) {
        String message = "SKIPPED: " + why;
        System.err.println("\n*** " + message + " ***\n");
        return abort(message);
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"));
    }

    private int awaitEnd() throws IOException, InterruptedException {
        assertThat(process.waitFor(150, TimeUnit.SECONDS)).as(output()).isTrue();
        if (process.exitValue() == UNABLE) {
            throw skipped(output().strip().replaceFirst("^SKIPPED: ", ""));
        }
        return process.exitValue();
    }

    @AfterEach
    void end() throws InterruptedException {
        if (process != null && process.isAlive()) {
            process.destroy();
            process.waitFor(30, TimeUnit.SECONDS);
            process.destroyForcibly();
        }
    }

    /** The namespaces of the program, and its directory, are gone. */
    private void assertNothingLeft() throws IOException, InterruptedException {
        assertThat(Programs.run("ip", "netns", "list").outputOfSuccess())
                .doesNotContain("lvs4j-" + process.pid() + "-");
        try (var left = Files.list(directory)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactly("output");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nat", "tun", "dr"})
    void network_eachMethod_checksPassAndNothingLeft(String method) throws Exception {
        start(method);

        assertThat(awaitEnd()).as(output()).isZero();
        assertThat(output())
                .contains(
                        "each client has one server for HTTP and HTTPS: 3 clients at web1, 3 at web2",
                        "the servers see the clients' own addresses, on both ports",
                        method.equals("nat") ? "answers pass through the director" : "answers bypass the director",
                        "stays signed in at web",
                        "All checks passed.")
                .doesNotContain("✗");
        assertNothingLeft();
    }

    @Test
    void network_terminatedWhileItStarts_nothingLeft() throws Exception {
        start("nat");
        PacketNetwork.await("the network", () -> output().contains("LVS-NAT") || !process.isAlive());
        process.destroy();

        assertThat(awaitEnd()).as(output()).isEqualTo(TERMINATED);
        assertNothingLeft();
    }
}
