package org.lvs4j.examples.webcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the packaged program, once as a user does, and otherwise with options of the JVM that shorten its start. */
final class WebClusterIT {
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final long POLL_MILLIS = 50;
    private static final List<String> BRIEF = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @Test
    void once_threeServers_checksPassAndNoProcessLeft() throws Exception {
        Process process = start(List.of(), "--once");
        Set<ProcessHandle> children = new HashSet<>();
        waitUntil("the end", () -> {
            process.descendants().forEach(children::add);
            return !process.isAlive();
        });

        String output = output();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output)
                .contains("scheduled 801:534:267; expected by weights 3:2:1: 801:534:267")
                .contains("bytes read through web1, web2, web3")
                .contains(" requests answered, 0 failed, ")
                .contains("All checks passed.")
                .doesNotContain("FAILED", "\u001B");
        assertThat(retriedConnections(output)).as("connections retried").isPositive();
        assertThat(children)
                .as("storage, three web servers, and one that returned")
                .hasSizeGreaterThanOrEqualTo(5);
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(storageDirectories()).isEmpty();
    }

    @Test
    void once_storageKilled_exitCodeOne() throws Exception {
        Process process = start(BRIEF, "--once");
        waitUntil("traffic", () -> output().contains("2  Balancing") || !process.isAlive());
        ProcessHandle storage = process.descendants()
                .filter(child -> String.join(" ", child.info().arguments().orElse(new String[0]))
                        .endsWith(".StorageServer"))
                .findAny()
                .orElseThrow();
        storage.destroyForcibly();
        waitUntil("the end", () -> !process.isAlive());
        assertThat(process.exitValue()).as(output()).isEqualTo(1);
        assertThat(output()).contains("the storage at http://127.0.0.1:", "does not answer");
    }

    @Test
    void serving_twoServersAndTerminated_everyProcessEnds() throws Exception {
        Process process = start(BRIEF, "--servers", "2");
        URI address = servingAt(process);
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest page = HttpRequest.newBuilder(address).build();
        assertThat(http.send(page, BodyHandlers.ofString()).body()).contains("This page came from");
        HttpRequest json =
                HttpRequest.newBuilder(address.resolve("/cluster.json")).build();
        assertThat(http.send(json, BodyHandlers.ofString()).body())
                .contains("\"name\":\"web1\"", "\"weight\":2", "\"state\":\"up\"");

        Matcher metrics = Pattern.compile("Metrics are at (\\S+)\\. Change").matcher(output());
        assertThat(metrics.find()).as(output()).isTrue();
        HttpRequest scrape =
                HttpRequest.newBuilder(URI.create(metrics.group(1))).build();
        assertThat(http.send(scrape, BodyHandlers.ofString()).body())
                .contains("lvs_servers 2.0", "lvs_relay_accepted_connections_total");

        List<ProcessHandle> children = process.descendants().toList();
        assertThat(children).hasSize(3).allMatch(ProcessHandle::isAlive);
        process.destroy();
        waitUntil("the end", () -> !process.isAlive());
        waitUntil("the end of every child", () -> children.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(storageDirectories()).isEmpty();
        assertThat(output())
                .contains("scheduled 1068:534; expected by weights 2:1: 1068:534")
                .contains("All checks passed.")
                .doesNotContain("Exception", "FAILED");
        assertThatThrownBy(() -> http.send(page, BodyHandlers.ofString())).isInstanceOf(ConnectException.class);
    }

    @Test
    void traffic_killed_childrenEnd() throws Exception {
        Process process = start(BRIEF);
        waitUntil("traffic", () -> output().contains("2  Balancing") || !process.isAlive());
        List<ProcessHandle> children = process.descendants().toList();
        assertThat(children).hasSize(4).allMatch(ProcessHandle::isAlive);
        process.destroyForcibly();
        waitUntil("the end of every child", () -> children.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(storageDirectories()).isEmpty();
    }

    @Test
    void port_inUse_namedInErrorAndNoProcessLeft() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Process process = start(BRIEF, "--once", "--port", Integer.toString(taken.getLocalPort()));
            Set<ProcessHandle> children = new HashSet<>();
            waitUntil("the end", () -> {
                process.descendants().forEach(children::add);
                return !process.isAlive();
            });
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(output()).contains("127.0.0.1:" + taken.getLocalPort()).doesNotContain("\tat ");
            assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
            assertThat(storageDirectories()).isEmpty();
        }
    }

    private Process start(List<String> jvmOptions, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-Djava.io.tmpdir=" + directory, "-jar", System.getProperty("webcluster.jar")));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        started.add(process);
        return process;
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"), StandardCharsets.UTF_8);
    }

    private List<Path> storageDirectories() throws IOException {
        try (var paths = Files.list(directory)) {
            return paths.filter(path -> path.getFileName().toString().startsWith("lvs4j"))
                    .toList();
        }
    }

    private static int retriedConnections(String output) {
        Matcher matcher = Pattern.compile("(\\d+) connections retried").matcher(output);
        assertThat(matcher.find()).as(output).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private URI servingAt(Process process) throws Exception {
        Pattern open = Pattern.compile("Open (\\S+) in a browser");
        waitUntil("the address to open", () -> open.matcher(output()).find() || !process.isAlive());
        Matcher matcher = open.matcher(output());
        assertThat(matcher.find()).as(output()).isTrue();
        return URI.create(matcher.group(1));
    }

    private void waitUntil(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.holds()) {
            assertThat(System.nanoTime() - deadline)
                    .as("waiting for %s after:%n%s", what, output())
                    .isNegative();
            Thread.sleep(POLL_MILLIS);
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }
}
