package org.lvs4j.examples.embedded.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.lvs4j.discovery.ServerSource;

/**
 * The pods of a Kubernetes service: lists its EndpointSlices, then watches them from the version of the list on. A pod that
 * terminates and still serves has weight 0: it keeps its connections and gets no new ones.
 *
 * <p>In a pod the API is at {@code https://kubernetes.default.svc}, the token in {@code
 * /var/run/secrets/kubernetes.io/serviceaccount/token}, and the client must trust {@code ca.crt} beside it. The service account
 * needs the verbs {@code list} and {@code watch} for {@code endpointslices} of {@code discovery.k8s.io}.
 */
public final class EndpointSliceSource implements ServerSource {
    private static final int LIST_SECONDS = 30;
    private static final int WATCH_SECONDS = 240;
    private static final long FIRST_DELAY_MILLIS = 1_000;
    private static final long LONGEST_DELAY_MILLIS = 30_000;

    private final HttpClient client;
    private final String slices;
    private final Path token;
    private final String port;

    /**
     * The servers at a port of a service.
     *
     * @param client trusts the certificate of the API
     * @param api the API without a path
     * @param token a file that is read for each request, because the token in it is replaced before it expires
     * @param port the name of the port; empty for the one without a name
     */
    public EndpointSliceSource(HttpClient client, URI api, Path token, String namespace, String service, String port) {
        this.client = client;
        this.token = token;
        this.port = port;
        slices = api + "/apis/discovery.k8s.io/v1/namespaces/" + namespace + "/endpointslices?labelSelector="
                + URLEncoder.encode("kubernetes.io/service-name=" + service, UTF_8);
    }

    @Override
    public Subscription subscribe(Observer observer) {
        Watch watch = new Watch(observer);
        Thread thread = new Thread(watch::run, "endpoint-slices");
        thread.setDaemon(true);
        thread.start();
        return watch::close;
    }

    /** The version from which the watch should go on is no longer known: the slices must be listed again. */
    private static final class GoneException extends IOException {
        private static final long serialVersionUID = 1;
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private final class Watch {
        private final Observer observer;
        private final Slices found = new Slices(port);
        private final CountDownLatch closed = new CountDownLatch(1);
        /** Empty: list first. */
        private String version = "";

        private long delay = FIRST_DELAY_MILLIS;

        private volatile InputStream open = InputStream.nullInputStream();

        Watch(Observer observer) {
            this.observer = observer;
        }

        void run() {
            try {
                do {
                    try {
                        if (version.isEmpty()) {
                            list();
                        }
                        watch();
                    } catch (GoneException e) {
                        version = "";
                    } catch (IOException | RuntimeException e) {
                        if (closed.getCount() > 0) {
                            observer.failed(e);
                            delay = Math.min(LONGEST_DELAY_MILLIS, 2 * delay);
                        }
                    }
                } while (!closed.await(delay, MILLISECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void list() throws IOException, InterruptedException {
            try (InputStream body = get("")) {
                JsonObject list = endingAfter(
                        LIST_SECONDS,
                        body,
                        () -> JsonParser.parseReader(new InputStreamReader(body, UTF_8))
                                .getAsJsonObject());
                found.clear();
                for (JsonElement slice : Slices.list(list, "items")) {
                    found.put(slice.getAsJsonObject());
                }
                observer.found(found.servers());
                reached(list);
            }
        }

        private void watch() throws IOException, InterruptedException {
            String query =
                    "&watch=1&allowWatchBookmarks=true&timeoutSeconds=" + WATCH_SECONDS + "&resourceVersion=" + version;
            // The API ends the watch in time.
            try (InputStream body = get(query);
                    BufferedReader lines = new BufferedReader(new InputStreamReader(body, UTF_8))) {
                endingAfter(WATCH_SECONDS + LIST_SECONDS, body, () -> {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        event(JsonParser.parseString(line).getAsJsonObject());
                    }
                    return version;
                });
            }
        }

        /** Reads an answer, and ends it if it does not end, because the API cannot be reached any more. */
        private static <T> T endingAfter(int seconds, InputStream body, Reading<T> reading) throws IOException {
            CompletableFuture<Void> end =
                    CompletableFuture.runAsync(() -> close(body), CompletableFuture.delayedExecutor(seconds, SECONDS));
            try {
                return reading.read();
            } finally {
                end.cancel(false);
            }
        }

        private void event(JsonObject event) throws IOException {
            JsonObject object = event.getAsJsonObject("object");
            switch (Slices.text(event, "type")) {
                case "ADDED", "MODIFIED" -> found.put(object);
                case "DELETED" -> found.remove(object);
                case "ERROR" -> throw failure(object.get("code").getAsInt(), Slices.text(object, "message"));
                default -> {
                    // A bookmark: only the version is new.
                    reached(object);
                    return;
                }
            }
            observer.found(found.servers());
            reached(object);
        }

        private InputStream get(String query) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(slices + query))
                    .timeout(Duration.ofSeconds(30))
                    .header("Accept", "application/json")
                    .header("Authorization", "Bearer " + Files.readString(token).strip())
                    .build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            open = response.body();
            if (closed.getCount() == 0 || response.statusCode() != 200) {
                open.close();
                throw failure(response.statusCode(), response.uri().getPath());
            }
            return open;
        }

        private void reached(JsonObject object) {
            version = Slices.text(object.getAsJsonObject("metadata"), "resourceVersion");
            delay = FIRST_DELAY_MILLIS;
        }

        private static IOException failure(int status, String message) {
            return status == 410
                    ? new GoneException()
                    : new IOException("Kubernetes answers " + status + ": " + message);
        }

        private static void close(InputStream body) {
            try {
                body.close();
            } catch (IOException e) {
                // Its end is all that matters.
                return;
            }
        }

        void close() {
            closed.countDown();
            close(open);
        }
    }
}
