package org.lvs4j.examples.standalone;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A real Prometheus on a free port of loopback with a database of its own. It is ready when it has been started. */
final class PrometheusServer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private final int port;
    private final ServerProgram program;

    /** A time series and its value at one time. */
    record Sample(Map<String, String> labels, double value) {}

    private PrometheusServer(int port, ServerProgram program) {
        this.port = port;
        this.program = program;
    }

    /**
     * Starts it, or skips the test with a message if it is not installed.
     *
     * @param configuration its configuration file; paths of rule files in it are relative to the directory of the file
     */
    static PrometheusServer start(Path directory, Path configuration) throws IOException, InterruptedException {
        Path executable = Programs.require("prometheus", "prometheus");
        // Not run as another user, who could not read the configuration of the test.
        Path home = ServerProgram.home(directory, "prometheus");
        int port = FreePort.next();
        ServerProgram program = ServerProgram.start(
                "prometheus",
                home,
                port,
                List.of(
                        executable.toString(),
                        "--config.file=" + configuration.toAbsolutePath(),
                        "--storage.tsdb.path=" + home.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port));
        PrometheusServer server = new PrometheusServer(port, program);
        try {
            server.awaitReady();
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (get("/-/ready").statusCode() != 200) {
            if (System.nanoTime() > deadline) {
                throw new IOException("prometheus is not ready; its log:\n" + program.log());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(LIMIT)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** The member {@code data} of an answer of its interface. */
    JsonObject data(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = get(path);
        JsonObject answer = JsonParser.parseString(response.body()).getAsJsonObject();
        if (!answer.get("status").getAsString().equals("success")) {
            throw new IOException(path + ": " + response.body());
        }
        return answer.getAsJsonObject("data");
    }

    /** The series that an expression has now. */
    List<Sample> query(String expression) throws IOException, InterruptedException {
        JsonObject data = data("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        List<Sample> samples = new ArrayList<>();
        for (JsonElement each : data.getAsJsonArray("result")) {
            Map<String, String> labels = new TreeMap<>();
            each.getAsJsonObject()
                    .getAsJsonObject("metric")
                    .entrySet()
                    .forEach(
                            label -> labels.put(label.getKey(), label.getValue().getAsString()));
            JsonArray value = each.getAsJsonObject().getAsJsonArray("value");
            samples.add(new Sample(labels, number(value.get(1).getAsString())));
        }
        return samples;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** Waits until an expression has a series, which a comparison such as {@code up == 1} has once it is true. */
    List<Sample> await(String expression) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            List<Sample> samples = query(expression);
            if (!samples.isEmpty()) {
                return samples;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("nothing for " + expression + "; targets: " + data("/api/v1/targets") + "\nlog:\n"
                        + program.log());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** The rules that it evaluates, with their {@code health} and {@code lastError}. */
    List<JsonObject> rules() throws IOException, InterruptedException {
        List<JsonObject> rules = new ArrayList<>();
        for (JsonElement group : data("/api/v1/rules").getAsJsonArray("groups")) {
            group.getAsJsonObject().getAsJsonArray("rules").forEach(rule -> rules.add(rule.getAsJsonObject()));
        }
        return rules;
    }

    /** {@link #rules} when each has been evaluated at least once; {@code health} is "unknown" before. */
    List<JsonObject> evaluatedRules() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            List<JsonObject> rules = rules();
            boolean evaluated = !rules.isEmpty()
                    && rules.stream()
                            .noneMatch(rule -> rule.get("health").getAsString().equals("unknown"));
            if (evaluated) {
                return rules;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("rules are not evaluated: " + rules + "\nlog:\n" + program.log());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
