package org.lvs4j.examples.webcluster;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Demonstrates shared storage, balancing and failover, and checks each result. */
final class Demonstration {
    private static final int CLIENTS = 12;
    private static final long STEP_REQUESTS = 400;
    private static final long FRAME_MILLIS = 100;
    private static final long IDLE_FRAME_MILLIS = 1000;
    private static final int UPLOAD_BYTES = 100_000;

    private final Cluster cluster;
    private final StorageClient storage;
    private final Terminal terminal;
    private final ClusterView view;
    private final Checks checks;
    private final int weights;

    Demonstration(Cluster cluster, Terminal terminal) throws IOException {
        this.cluster = cluster;
        this.terminal = terminal;
        storage = new StorageClient(cluster.storage().address());
        view = new ClusterView(terminal);
        checks = new Checks(terminal);
        weights = cluster.nodes().stream().mapToInt(WebNode::weight).sum();
    }

    /** Runs every step; returns whether every check passed. */
    boolean run() throws IOException, InterruptedException, HttpException {
        terminal.print(List.of("@|bold A web cluster behind a Linux Virtual Server, all on this machine|@", ""));
        terminal.print(view.tiers(cluster));
        shareStorage();
        balance("2  Balancing: %d requests, %d clients at a time, one connection per request", 4 * STEP_REQUESTS);
        failOver();
        balance("4  Back to normal: %d requests, %d clients at a time", STEP_REQUESTS);
        return checks.allHold();
    }

    private void title(String text) {
        terminal.print(List.of("", "@|bold " + text + "|@"));
    }

    // ---- one storage behind all web servers

    private void shareStorage() throws IOException, InterruptedException {
        title("1  Shared storage: one upload, then a download through every web server");
        byte[] content = new byte[UPLOAD_BYTES];
        new Random().nextBytes(content);
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        URI file = URI.create("http://" + cluster.address() + "/files/upload.bin");
        HttpResponse<String> stored = http.send(
                HttpRequest.newBuilder(file)
                        .PUT(BodyPublishers.ofByteArray(content))
                        .build(),
                BodyHandlers.ofString());
        TreeSet<String> sources = new TreeSet<>();
        boolean same = stored.statusCode() == 200;
        for (int i = 0; i < weights; i++) {
            HttpResponse<byte[]> read = http.send(HttpRequest.newBuilder(file).build(), BodyHandlers.ofByteArray());
            same &= Arrays.equals(read.body(), content);
            sources.add(server(read));
        }
        checks.expect(
                same && sources.size() == cluster.nodes().size(),
                "stored through " + server(stored) + ", the same " + UPLOAD_BYTES + " bytes read through "
                        + String.join(", ", sources));
    }

    private static String server(HttpResponse<?> response) {
        return response.headers().firstValue(WebServer.SERVER_HEADER).orElse("no web server");
    }

    // ---- exact shares of weighted round robin

    private void balance(String title, long atLeast) throws InterruptedException, HttpException {
        long rounds = (atLeast + weights - 1) / weights;
        long requests = rounds * weights;
        title(String.format(title, requests, CLIENTS));
        ClusterStatus before = cluster.status();
        long visitsBefore = storage.counter(WebServer.VISITS);
        Clients clients = Clients.start(cluster.address(), requests, CLIENTS);
        if (!terminal.interactive()) {
            watch(clients, requests / 2, before);
        }
        watch(clients, requests, before);

        ClusterStatus result = cluster.status().since(before);
        List<Long> expected = new ArrayList<>();
        List<Long> scheduled = new ArrayList<>();
        List<Long> answered = new ArrayList<>();
        Map<String, Long> answeredBy = clients.answeredBy();
        for (ClusterStatus.Server server : result.servers()) {
            expected.add(rounds * server.weight());
            scheduled.add(server.connections());
            answered.add(answeredBy.getOrDefault(server.name(), 0L));
        }
        checks.expect(
                scheduled.equals(expected),
                "scheduled " + ratio(scheduled) + "; expected by weights " + weightRatio() + ": " + ratio(expected));
        checks.expect(answered.equals(scheduled), "the clients received their responses from these servers");
        checkVisits(clients, storage.counter(WebServer.VISITS) - visitsBefore);
    }

    private void checkVisits(Clients clients, long visits) {
        checks.expect(
                visits >= clients.answered() && visits <= clients.answered() + clients.repeated(),
                "the shared counter counted " + visits + " visits");
    }

    private String weightRatio() {
        return cluster.nodes().stream()
                .map(node -> Integer.toString(node.weight()))
                .collect(Collectors.joining(":"));
    }

    private static String ratio(List<Long> parts) {
        return parts.stream().map(String::valueOf).collect(Collectors.joining(":"));
    }

    // ---- a web server stops, is removed and returns while clients send requests

    private void failOver() throws IOException, InterruptedException, HttpException {
        WebNode stopped = cluster.nodes().get(0);
        title("3  Failure: " + stopped.name() + " stops while clients send requests");
        ClusterStatus before = cluster.status();
        long visitsBefore = storage.counter(WebServer.VISITS);
        Clients clients = Clients.start(cluster.address(), Long.MAX_VALUE, CLIENTS);
        try {
            watch(clients, STEP_REQUESTS, before);
            event(stopped.name() + " completes its requests, closes its port and exits; the director is not notified");
            redrawDuring(before, () -> cluster.stop(stopped));
            watch(clients, STEP_REQUESTS, before);
            event(cluster.status().since(before).retries() + " connections met the closed port;"
                    + " the relay retried each on another server");
            cluster.remove(stopped);
            event(stopped.name() + " is removed from the service");
            watch(clients, STEP_REQUESTS, before);
            redrawDuring(before, () -> cluster.restart(stopped));
            event(stopped.name() + " has returned: a new process at " + stopped.address());
            watch(clients, STEP_REQUESTS, before);
        } finally {
            clients.stop();
        }
        while (!clients.await(FRAME_MILLIS)) {
            terminal.live(view.table(cluster.status().since(before)));
        }
        long retries = cluster.status().since(before).retries();
        checks.expect(
                clients.failed() == 0,
                clients.answered() + " requests answered, " + clients.failed() + " failed, " + clients.repeated()
                        + " repeated by a client");
        checks.expect(retries > 0, retries + " connections retried on another server");
        checkVisits(clients, storage.counter(WebServer.VISITS) - visitsBefore);
        terminal.print(List.of(
                "    @|faint The relay can retry a connection that is not established yet, and no other. So|@",
                "    @|faint " + stopped.name() + " completes its requests before it exits.|@"));
    }

    private void event(String text) {
        terminal.print("  @|bold " + terminal.symbol("→ ", "-> ") + text + "|@");
    }

    /** Runs a step on another thread, and redraws the table until it ends. */
    private void redrawDuring(ClusterStatus before, Step step) throws IOException, InterruptedException {
        FutureTask<Void> task = new FutureTask<>(() -> {
            step.run();
            return null;
        });
        new Thread(task, "step").start();
        while (true) {
            try {
                task.get(FRAME_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                terminal.live(view.table(cluster.status().since(before)));
            } catch (ExecutionException e) {
                throw new IOException(requireNonNull(e.getCause()).getMessage(), e.getCause());
            }
        }
    }

    /** Redraws the table until a number of further requests is completed, then prints it. */
    private void watch(Clients clients, long requests, ClusterStatus before) throws InterruptedException {
        long end = clients.completed() + requests;
        boolean all = false;
        while (!all && clients.completed() < end) {
            terminal.live(view.table(cluster.status().since(before)));
            all = clients.await(FRAME_MILLIS);
        }
        terminal.print(view.table(cluster.status().since(before)));
    }

    /** Redraws the table until output is suppressed. */
    void keepShowing() throws InterruptedException {
        while (!terminal.muted()) {
            if (terminal.interactive()) {
                terminal.live(view.table(cluster.status()));
            }
            Thread.sleep(IDLE_FRAME_MILLIS);
        }
    }

    private interface Step {
        void run() throws IOException;
    }
}
