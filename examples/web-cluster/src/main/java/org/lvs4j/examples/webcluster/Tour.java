package org.lvs4j.examples.webcluster;

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

/** Shows what the cluster does, and checks that it does what is shown. */
final class Tour {
    private static final int CLIENTS = 12;
    private static final long STEP_REQUESTS = 400;
    private static final long FRAME_MILLIS = 100;
    private static final long IDLE_FRAME_MILLIS = 1000;
    private static final int UPLOAD_BYTES = 100_000;

    private final Cluster cluster;
    private final StorageClient storage;
    private final Terminal terminal;
    private final Picture picture;
    private final Checks checks;
    private final int weights;

    Tour(Cluster cluster, Terminal terminal) throws IOException {
        this.cluster = cluster;
        this.terminal = terminal;
        storage = new StorageClient(cluster.storage().address());
        picture = new Picture(terminal);
        checks = new Checks(terminal);
        weights = cluster.nodes().stream().mapToInt(WebNode::weight).sum();
    }

    /** Takes the whole tour; returns whether all was as it should be. */
    boolean take() throws IOException, InterruptedException, Refusal {
        terminal.print(List.of("@|bold A web cluster behind a Linux Virtual Server, all on this machine|@", ""));
        terminal.print(picture.tiers(cluster));
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
        return response.headers().firstValue(WebServer.SERVER_HEADER).orElse("nobody");
    }

    // ---- weighted round robin, exactly

    private void balance(String title, long atLeast) throws InterruptedException, Refusal {
        long rounds = (atLeast + weights - 1) / weights;
        long requests = rounds * weights;
        title(String.format(title, requests, CLIENTS));
        ClusterStatus before = cluster.status();
        long visitsBefore = storage.counter(WebServer.VISITS);
        Clients clients = Clients.start(cluster.address(), requests, CLIENTS);
        if (!terminal.moves()) {
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
                "scheduled " + ratio(scheduled) + "; weights " + weightRatio() + " make that " + ratio(expected));
        checks.expect(answered.equals(scheduled), "the clients got their answers from the same servers");
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

    // ---- a web server stops, goes and comes back while clients keep asking

    private void failOver() throws IOException, InterruptedException, Refusal {
        WebNode victim = cluster.nodes().get(0);
        title("3  Failure: " + victim.name() + " stops while clients keep asking");
        ClusterStatus before = cluster.status();
        long visitsBefore = storage.counter(WebServer.VISITS);
        Clients clients = Clients.start(cluster.address(), Long.MAX_VALUE, CLIENTS);
        try {
            watch(clients, STEP_REQUESTS, before);
            event(victim.name() + " finishes what it has, closes its port and exits; the director is not told");
            meanwhile(before, () -> cluster.stop(victim));
            watch(clients, STEP_REQUESTS, before);
            event(cluster.status().since(before).retries() + " connections met the closed port;"
                    + " the relay carried each over to another server");
            cluster.takeOut(victim);
            event(victim.name() + " is taken out of the service");
            watch(clients, STEP_REQUESTS, before);
            meanwhile(before, () -> cluster.bringBack(victim));
            event(victim.name() + " is back: a new process at " + victim.address());
            watch(clients, STEP_REQUESTS, before);
        } finally {
            clients.end();
        }
        while (!clients.await(FRAME_MILLIS)) {
            terminal.live(picture.table(cluster.status().since(before)));
        }
        long carried = cluster.status().since(before).retries();
        checks.expect(
                clients.failed() == 0,
                clients.answered() + " requests answered, " + clients.failed() + " failed, " + clients.repeated()
                        + " repeated by a client");
        checks.expect(carried > 0, carried + " connects carried over by the relay");
        checkVisits(clients, storage.counter(WebServer.VISITS) - visitsBefore);
        terminal.print(List.of(
                "    @|faint A new connection can be carried over; one that is talking to a server already can|@",
                "    @|faint not, by no balancer of this kind. So " + victim.name()
                        + " ends its requests in order, as servers do.|@"));
    }

    private void event(String text) {
        terminal.print("  @|bold " + terminal.drawn("→ ", "-> ") + text + "|@");
    }

    /** Does something that takes a while, with the table moving. */
    private void meanwhile(ClusterStatus before, Step step) throws IOException, InterruptedException {
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
                terminal.live(picture.table(cluster.status().since(before)));
            } catch (ExecutionException e) {
                throw new IOException(e.getCause().getMessage(), e.getCause());
            }
        }
    }

    /** Shows the table, moving if it can, until so many more requests are through. */
    private void watch(Clients clients, long requests, ClusterStatus before) throws InterruptedException {
        long end = clients.done() + requests;
        boolean over = false;
        while (!over && clients.done() < end) {
            terminal.live(picture.table(cluster.status().since(before)));
            over = clients.await(FRAME_MILLIS);
        }
        terminal.print(picture.table(cluster.status().since(before)));
    }

    /** Shows the table, moving, until the terminal is taken away. */
    void stay() throws InterruptedException {
        while (terminal.open()) {
            if (terminal.moves()) {
                terminal.live(picture.table(cluster.status()));
            }
            Thread.sleep(IDLE_FRAME_MILLIS);
        }
    }

    private interface Step {
        void run() throws IOException;
    }
}
