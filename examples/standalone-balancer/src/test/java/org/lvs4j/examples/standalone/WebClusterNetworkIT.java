package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/web-cluster/network}: the web cluster in network namespaces, with each forwarding method. */
@Timeout(180)
class WebClusterNetworkIT {
    private static final Path EXAMPLE = Daemon.SCRIPTS.resolveSibling("web-cluster");
    private static final int UNABLE = 77;
    private static final int TERMINATED = 143;

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();

    /** The program with a forwarding method; what it prints and writes is in the directory named after the method. */
    private Process start(String method) throws IOException {
        Programs.require("ip", "iproute2");
        Programs.require("curl", "curl");
        if (!Files.exists(EXAMPLE.resolve("target/web-cluster.jar"))) {
            throw skipped("examples/web-cluster has not been packaged, whose servers this test runs in namespaces");
        }
        Path own = Files.createDirectory(directory.resolve(method));
        ProcessBuilder builder = new ProcessBuilder(EXAMPLE.resolve("network").toString(), method);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("TMPDIR", own.toString());
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(own.resolve("output").toFile())
                .start();
        started.add(process);
        return process;
    }

    private static RuntimeException skipped(String why) {
        String message = "SKIPPED: " + why;
        System.err.println("\n*** " + message + " ***\n");
        return abort(message);
    }

    private String output(String method) throws IOException {
        return Files.readString(directory.resolve(method).resolve("output"));
    }

    private int awaitEnd(String method, Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(150, TimeUnit.SECONDS)).as(output(method)).isTrue();
        if (process.exitValue() == UNABLE) {
            throw skipped(output(method).strip().replaceFirst("^SKIPPED: ", ""));
        }
        return process.exitValue();
    }

    @AfterEach
    void end() throws InterruptedException {
        started.forEach(Process::destroy);
        for (Process process : started) {
            process.waitFor(30, TimeUnit.SECONDS);
            process.destroyForcibly();
        }
    }

    /** The namespaces of the program, and its directory, are gone. */
    private void assertNothingLeft(String method, Process process) throws IOException, InterruptedException {
        assertThat(Programs.run("ip", "netns", "list").outputOfSuccess())
                .doesNotContain("lvs4j-" + process.pid() + "-");
        try (var left = Files.list(directory.resolve(method))) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactly("output");
        }
    }

    @Test
    void network_allMethodsAtTheSameTime_checksPassAndNothingLeft() throws Exception {
        Map<String, Process> programs = new LinkedHashMap<>();
        for (String method : List.of("nat", "tun", "dr")) {
            programs.put(method, start(method));
        }

        for (var program : programs.entrySet()) {
            String method = program.getKey();
            assertThat(awaitEnd(method, program.getValue())).as(output(method)).isZero();
            assertThat(output(method))
                    .contains(
                            "each client has one server for HTTP and HTTPS: 3 clients at web1, 3 at web2",
                            "the servers see the clients' own addresses, on both ports",
                            method.equals("nat") ? "answers pass through the director" : "answers bypass the director",
                            "stays signed in at web",
                            "All checks passed.")
                    .doesNotContain("✗");
            assertNothingLeft(method, program.getValue());
        }
    }

    @Test
    void network_terminatedWhileItStarts_nothingLeft() throws Exception {
        Process process = start("nat");
        PacketNetwork.await("the network", () -> output("nat").contains("LVS-NAT") || !process.isAlive());
        process.destroy();

        assertThat(awaitEnd("nat", process)).as(output("nat")).isEqualTo(TERMINATED);
        assertNothingLeft("nat", process);
    }
}
