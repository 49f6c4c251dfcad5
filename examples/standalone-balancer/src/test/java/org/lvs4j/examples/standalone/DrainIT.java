package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code lvsadm drain} and {@code lvsadm end} in front of three real web servers. */
@Timeout(120)
class DrainIT {
    private static final int CLIENTS = 8;
    private static final long PAUSE_MILLIS = 400;

    @TempDir
    private Path directory;

    private WebSite site;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Programs.require("curl", "curl");
        Files.write(directory.resolve("twenty-megabytes"), new byte[20_000_000]);
        site = new WebSite(directory, directory);
    }

    @AfterEach
    void stop() {
        if (site != null) {
            site.close();
        }
    }

    /** Clients that keep their connections alive and pause between two requests. */
    private static final class KeepAliveClients implements AutoCloseable {
        final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
        final List<Throwable> errors = new CopyOnWriteArrayList<>();
        private final List<Thread> threads = new ArrayList<>();

        KeepAliveClients(String url) {
            for (int i = 0; i < CLIENTS; i++) {
                Thread thread = new Thread(() -> run(url), "keep-alive-client");
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
        }

        private void run(String url) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
            try {
                while (true) {
                    String name = client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body()
                            .strip();
                    answers.computeIfAbsent(name, key -> new AtomicInteger()).incrementAndGet();
                    Thread.sleep(PAUSE_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                errors.add(e);
            }
        }

        int answersOf(String name) {
            AtomicInteger count = answers.get(name);
            return count == null ? 0 : count.get();
        }

        @Override
        public void close() {
            threads.forEach(Thread::interrupt);
        }
    }

    @Test
    void drainWait_keepAliveClientsAndDownload_noClientErrorAndServerMayStop() throws Exception {
        try (Daemon lvsd = Daemon.start(directory, "-Xmx128m", site.rulesFile("rr", 1, 1, 1), "--drain-idle", "100ms");
                KeepAliveClients clients = new KeepAliveClients(site.url())) {
            lvsd.await("answers of all", () -> clients.answers.size() == 3);
            List<Process> downloads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                downloads.add(new ProcessBuilder(
                                "curl",
                                "--silent",
                                "--limit-rate",
                                "5M",
                                "--output",
                                directory.resolve("got" + i).toString(),
                                site.url() + "files/twenty-megabytes")
                        .start());
            }
            for (int i = 0; i < 3; i++) {
                Path file = directory.resolve("got" + i);
                lvsd.await("the download to begin", () -> Files.exists(file));
            }
            Nginx drained = site.server(0);

            Programs.Result waited = lvsd.lvsadm("drain", drained.endpoint(), "--deadline", "60s", "--wait");

            assertThat(waited.exitCode()).as(waited.error()).isZero();
            List<String> lines = waited.output().lines().toList();
            String prefix = drained.endpoint() + " in TCP " + site.service() + ": ";
            assertThat(lines).allMatch(line -> line.startsWith(prefix)).hasSizeGreaterThan(1);
            assertThat(lines.get(0)).startsWith(prefix + "draining, ");
            assertThat(lines.get(lines.size() - 1)).isEqualTo(prefix + "drained, 0 connections were ended");
            for (int i = 0; i < 3; i++) {
                assertThat(downloads.get(i).waitFor()).isZero();
                assertThat(directory.resolve("got" + i)).hasSize(20_000_000);
            }
            assertThat(lvsd.listing("drain", "--list")).contains(drained.endpoint(), "drained");
            assertThat(lvsd.listing("-S", "-n")).contains(drained.endpoint() + " -m -w 1");

            int before = clients.answersOf("a");
            drained.kill();
            int others = clients.answersOf("b") + clients.answersOf("c");
            lvsd.await("answers of the others", () -> clients.answersOf("b") + clients.answersOf("c") > others + 30);
            assertThat(clients.answersOf("a")).isEqualTo(before);
            assertThat(clients.errors).isEmpty();
        }
    }

    @Test
    void drainAbort_drainedServer_getsClientsAgain() throws Exception {
        try (Daemon lvsd = Daemon.start(directory, "-Xmx128m", site.rulesFile("rr", 1, 1, 1))) {
            String server = site.server(1).endpoint();
            assertThat(lvsd.listing("drain", server)).endsWith(": drained, 0 connections were ended\n");
            assertThat(site.request(10)).containsOnlyKeys("a", "c");
            lvsd.signal("HUP");
            lvsd.awaitLine(" ms, nothing has changed");
            assertThat(site.request(10)).as("after a reload").containsOnlyKeys("a", "c");

            assertThat(lvsd.listing("drain", "--abort", server)).isEmpty();
            assertThat(site.request(30)).containsOnlyKeys("a", "b", "c");
            assertThat(lvsd.lvsadm("drain", "--abort", server).exitCode()).isEqualTo(255);
        }
    }

    @Test
    void drainWait_abortedMeanwhile_exitCode1() throws Exception {
        try (Daemon lvsd = Daemon.start(directory, "-Xmx128m", site.rulesFile("rr", 1, -1, -1), "--drain-idle", "0s");
                WebSite.HeldConnection held = site.hold()) {
            assertThat(held.request()).isEqualTo("a");
            String server = site.server(0).endpoint();
            CompletableFuture<Programs.Result> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return lvsd.lvsadm("drain", server, "--wait");
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            lvsd.awaitLine("lvsadm drain " + server);
            assertThat(held.request()).isEqualTo("a");
            lvsd.listing("drain", "--abort", server);

            Programs.Result result = waiting.get();
            assertThat(result.exitCode()).isOne();
            assertThat(result.output()).contains("1 active");
            assertThat(result.error()).contains("was aborted");
        }
    }

    @Test
    void end_serverWithConnections_onlyItsConnectionsEnd() throws Exception {
        try (Daemon lvsd = Daemon.start(directory, "-Xmx128m", site.rulesFile("rr", 1, 1, -1));
                WebSite.HeldConnection first = site.hold();
                WebSite.HeldConnection second = site.hold()) {
            String name = first.request();
            assertThat(second.request()).isNotEqualTo(name);
            Nginx server = site.server(name.charAt(0) - 'a');

            assertThat(lvsd.listing("end", server.endpoint())).isEqualTo("1 connection\n");

            assertThat(first.socket().getInputStream()).satisfies(stream -> {
                try {
                    assertThat(stream.read()).isEqualTo(-1);
                } catch (IOException reset) {
                    assertThat(reset).hasMessageContaining("reset");
                }
            });
            assertThat(second.request()).isNotEqualTo(name);
            assertThat(site.request(10)).containsOnlyKeys("a", "b");
        }
    }
}
