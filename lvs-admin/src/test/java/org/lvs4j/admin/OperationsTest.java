package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.lvs4j.admin.OpenApiDocument.Operation;
import org.lvs4j.admin.OpenApiDocument.Part;

/**
 * Tests that are made from {@code openapi.json}: every operation is asked with the examples of the document, each by a
 * server of its own, and the answers are compared with the document: status, headers, type of content, and body.
 */
@Tag("slow")
final class OperationsTest {
    private static final String JSON = "application/json";
    private static final String TAG_OF_NOTHING = "\"AAAAAAAAAAAAAAAAAAAA\"";

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final OpenApiDocument DOCUMENT = OpenApiDocument.read();

    /** A request that is being composed from the document. */
    private static final class Composed {
        private final Operation operation;
        private final Map<String, String> path = new LinkedHashMap<>();
        private final Map<String, String> query = new LinkedHashMap<>();
        private final Map<String, String> headers = new LinkedHashMap<>();
        private String body = "";
        private boolean authorized = true;

        /** With the first example of what is required. */
        Composed(Operation operation) {
            this.operation = operation;
            for (Part each : operation.parametersIn("path")) {
                path.put(each.text("name"), example(each));
            }
            for (Part each : operation.parametersIn("query")) {
                if (each.has("required")) {
                    query.put(each.text("name"), example(each));
                }
            }
            if (operation.hasParameter("Last-Event-ID")) {
                // Otherwise the stream begins with what happens later.
                headers.put("Last-Event-ID", "of another process");
            }
            List<JsonElement> bodies = bodies(operation);
            if (!bodies.isEmpty()) {
                body(JSON, bodies.get(0).toString());
            }
        }

        Composed body(String type, String text) {
            headers.put("Content-Type", type);
            body = text;
            return this;
        }

        Composed header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        Composed withAllParameters() {
            for (Part each : operation.parametersIn("query")) {
                if (!DOCUMENT.examples(each).isEmpty()) {
                    query.put(each.text("name"), example(each));
                }
            }
            return this;
        }

        Composed withVariable(String name, String value) {
            path.put(name, value);
            return this;
        }

        /** With names of what does not exist. */
        Composed ofNothing() {
            path.computeIfPresent("service", (name, value) -> "tcp:10.255.255.1:9");
            path.computeIfPresent("file", (name, value) -> "nothing.css");
            query.computeIfPresent("virtual", (name, value) -> "10.255.255.1:9");
            return this;
        }

        Composed withoutToken() {
            authorized = false;
            return this;
        }

        HttpRequest build(TestDirector director) {
            String target = operation.template();
            for (Map.Entry<String, String> each : path.entrySet()) {
                target = target.replace("{" + each.getKey() + "}", encoded(each.getValue()));
            }
            List<String> parameters = new ArrayList<>();
            query.forEach((name, value) -> parameters.add(name + "=" + encoded(value)));
            HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(
                            director.url() + target + (parameters.isEmpty() ? "" : "?" + String.join("&", parameters))))
                    .timeout(Duration.ofMinutes(1))
                    .method(
                            operation.method(),
                            body.isEmpty()
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(body));
            headers.forEach(builder::header);
            if (authorized) {
                builder.header("Authorization", "Bearer " + TestDirector.TOKEN);
            }
            return builder.build();
        }
    }

    private static String example(Part owner) {
        List<JsonElement> examples = DOCUMENT.examples(owner);
        assertThat(examples).as("examples of " + owner.pointer()).isNotEmpty();
        return examples.get(0).getAsString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Map<String, Part> contents(Operation operation) {
        return operation.part().has("requestBody")
                ? DOCUMENT.children(DOCUMENT.child(DOCUMENT.child(operation.part(), "requestBody"), "content"))
                : Map.of();
    }

    private static List<JsonElement> bodies(Operation operation) {
        return contents(operation).containsKey(JSON)
                ? DOCUMENT.examples(contents(operation).get(JSON))
                : List.of();
    }

    @TestFactory
    Stream<DynamicNode> operation_examplesOfTheDocument_areAnsweredAsItSays() {
        assertThat(DOCUMENT.operations()).hasSizeGreaterThan(20);
        return DOCUMENT.operations().stream()
                .map(each -> dynamicContainer(
                        each.toString(), Stream.concat(successes(each).stream(), refusals(each).stream())));
    }

    private static DynamicNode test(String name, Executable executable) {
        return dynamicTest(name, executable);
    }

    /** The status of an operation on what exists. */
    private static int success(Operation operation) {
        return Integer.parseInt(new TreeSet<>(statuses(operation)).first());
    }

    private static List<String> statuses(Operation operation) {
        return List.copyOf(
                DOCUMENT.children(DOCUMENT.child(operation.part(), "responses")).keySet());
    }

    private static List<DynamicNode> successes(Operation operation) {
        int status = success(operation);
        List<DynamicNode> tests = new ArrayList<>();
        if (operation.id().equals("streamEvents")) {
            return List.of(test("streams events", () -> stream(operation)));
        }
        tests.add(test("required parameters", () -> expect(status, new Composed(operation))));
        if (!operation.parametersIn("query").isEmpty()) {
            tests.add(test("all parameters", () -> expect(status, new Composed(operation).withAllParameters())));
        }
        contents(operation).forEach((type, content) -> {
            for (JsonElement each : DOCUMENT.examples(content)) {
                tests.add(test(
                        type + " " + each, () -> expect(status, new Composed(operation).body(type, each.toString()))));
            }
        });
        if (operation.parametersIn("path").size() == 1) {
            Part variable = operation.parametersIn("path").get(0);
            for (JsonElement each : DOCUMENT.examples(variable)) {
                tests.add(test(
                        "of " + each.getAsString(),
                        () -> expect(
                                status,
                                new Composed(operation).withVariable(variable.text("name"), each.getAsString()))));
            }
        }
        if (statuses(operation).contains("201")) {
            String variable = operation.parametersIn("path").size() == 1 ? "service" : "server";
            String absent = variable.equals("service") ? "tcp:10.255.255.1:9" : "192.168.255.1:9";
            for (JsonElement each : bodies(operation)) {
                tests.add(test(
                        "adds " + each,
                        () -> expect(
                                201,
                                new Composed(operation)
                                        .withVariable(variable, absent)
                                        .header("If-None-Match", "*")
                                        .body(JSON, each.toString()))));
            }
        }
        if (operation.hasParameter("If-Match")) {
            tests.add(test("any tag", () -> expect(status, new Composed(operation).header("If-Match", "*"))));
            tests.add(test(
                    "not the tag of another one",
                    () -> expect(status, new Composed(operation).header("If-None-Match", TAG_OF_NOTHING))));
        }
        if (statuses(operation).contains("304")) {
            tests.add(test("known to the client", () -> expectNotModified(operation)));
        }
        Map<String, Part> types = DOCUMENT.children(
                DOCUMENT.child(DOCUMENT.child(operation.part(), "responses"), Integer.toString(status)));
        // Files are of their own types.
        if (types.containsKey("content") && !operation.id().equals("getDashboardFile")) {
            for (String each : types.get("content").object().keySet()) {
                String wanted = each.substring(0, (each + ";").indexOf(';'));
                tests.add(test("as " + wanted, () -> {
                    HttpResponse<String> response = expect(status, new Composed(operation).header("Accept", wanted));
                    assertThat(response.headers().firstValue("Content-Type")).contains(each);
                }));
            }
        }
        if (operation.method().equals("GET")) {
            tests.add(test("head", () -> head(operation)));
        }
        return tests;
    }

    private static List<DynamicNode> refusals(Operation operation) {
        List<DynamicNode> tests = new ArrayList<>();
        List<String> statuses = statuses(operation);
        if (operation.part().object().get("security").toString().equals("[{\"token\":[]}]")) {
            tests.add(test("no token", () -> expect(401, new Composed(operation).withoutToken())));
            tests.add(test(
                    "wrong type of content", () -> expect(415, new Composed(operation).body("text/plain", "{}"))));
        }
        contents(operation).forEach((type, content) -> {
            tests.add(test(
                    "unknown member in " + type,
                    () -> expect(400, new Composed(operation).body(type, "{\"unknown\":1}"))));
            tests.add(test("no JSON in " + type, () -> expect(400, new Composed(operation).body(type, "{"))));
            tests.add(test("array in " + type, () -> expect(400, new Composed(operation).body(type, "[]"))));
            DOCUMENT.children(DOCUMENT.child(DOCUMENT.child(content, "schema"), "properties"))
                    .forEach((member, schema) -> {
                        JsonElement wrong = wrong(schema);
                        if (wrong != null) {
                            JsonObject body = new JsonObject();
                            body.add(member, wrong);
                            tests.add(test(
                                    body + " in " + type,
                                    () -> expect(400, new Composed(operation).body(type, body.toString()))));
                        }
                    });
        });
        if (statuses.contains("404")) {
            tests.add(test("of nothing", () -> expect(404, new Composed(operation).ofNothing())));
        }
        if (statuses.contains("412")) {
            tests.add(test(
                    "another tag", () -> expect(412, new Composed(operation).header("If-Match", TAG_OF_NOTHING))));
            tests.add(test("it exists", () -> expect(412, new Composed(operation).header("If-None-Match", "*"))));
        }
        if (statuses.contains("501")) {
            tests.add(test("no configuration to reload", () -> {
                try (TestDirector director = new TestDirector(false)) {
                    director.refuseReload();
                    check(operation, 501, send(director, new Composed(operation)));
                }
            }));
        }
        if (operation.id().equals("readyz")) {
            tests.add(test("not ready", () -> {
                try (TestDirector director = new TestDirector(false)) {
                    director.notReady("shutting down");
                    check(operation, 503, send(director, new Composed(operation)));
                }
            }));
        }
        return tests;
    }

    /** A value that a schema does not allow; null if every value is allowed, as of what is only read. */
    private static JsonElement wrong(Part schema) {
        if (schema.has("readOnly")) {
            return null;
        }
        JsonElement object = new JsonObject();
        object.getAsJsonObject().addProperty("unknown", 1);
        for (JsonElement each : List.of(object, new JsonPrimitive(-1), new JsonPrimitive("!"), new JsonArray())) {
            if (!DOCUMENT.problems(schema, each).isEmpty()) {
                return each;
            }
        }
        throw new AssertionError("everything is allowed at " + schema.pointer());
    }

    private static HttpResponse<String> expect(int status, Composed request) throws Exception {
        String template = request.operation.template();
        boolean checked = template.contains("/health") || template.endsWith("/overview");
        try (TestDirector director = new TestDirector(checked)) {
            HttpResponse<String> response = send(director, request);
            check(request.operation, status, response);
            return response;
        }
    }

    private static void expectNotModified(Operation operation) throws Exception {
        String tag = expect(200, new Composed(operation).header("Accept", "text/html"))
                .headers()
                .firstValue("ETag")
                .orElseThrow();
        expect(304, new Composed(operation).header("Accept", "text/html").header("If-None-Match", tag));
    }

    private static HttpResponse<String> send(TestDirector director, Composed request) throws Exception {
        return CLIENT.send(request.build(director), HttpResponse.BodyHandlers.ofString());
    }

    private static void check(Operation operation, int status, HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(statuses(operation)).contains(Integer.toString(status));
        Part described = DOCUMENT.child(DOCUMENT.child(operation.part(), "responses"), Integer.toString(status));
        headers(described, response.headers());
        String type = response.headers().firstValue("Content-Type").orElse("");
        if (!described.has("content")) {
            assertThat(type).isEmpty();
            assertThat(response.body()).isEmpty();
            return;
        }
        assertThat(described.object().getAsJsonObject("content").keySet()).contains(type);
        JsonElement body =
                type.endsWith("json") ? JsonParser.parseString(response.body()) : new JsonPrimitive(response.body());
        Part schema = DOCUMENT.child(DOCUMENT.child(DOCUMENT.child(described, "content"), type), "schema");
        assertThat(DOCUMENT.strictProblems(schema, body)).as(response.body()).isEmpty();
    }

    private static void headers(Part response, HttpHeaders headers) {
        if (!response.has("headers")) {
            return;
        }
        DOCUMENT.children(DOCUMENT.child(response, "headers")).forEach((name, header) -> {
            if (header.has("required")) {
                assertThat(headers.firstValue(name)).as(name).isPresent();
            }
            headers.firstValue(name)
                    .ifPresent(value -> assertThat(
                                    DOCUMENT.problems(DOCUMENT.child(header, "schema"), new JsonPrimitive(value)))
                            .as(name)
                            .isEmpty());
        });
    }

    private static void head(Operation operation) throws Exception {
        try (TestDirector director = new TestDirector(false)) {
            HttpRequest get = new Composed(operation).build(director);
            HttpRequest head = HttpRequest.newBuilder(get, (name, value) -> true)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .build();
            HttpResponse<String> response = CLIENT.send(head, HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(success(operation));
            assertThat(response.body()).isEmpty();
            assertThat(response.headers().firstValueAsLong("Content-Length").orElse(0))
                    .isPositive();
        }
    }

    /** Reads until each kind of event that happens by itself has come. */
    private static void stream(Operation operation) throws Exception {
        Part described = DOCUMENT.child(DOCUMENT.child(operation.part(), "responses"), "200");
        Part content = DOCUMENT.child(DOCUMENT.child(described, "content"), "text/event-stream");
        Part kinds = DOCUMENT.child(content, "x-event-data");
        TreeSet<String> wanted = new TreeSet<>(List.of("configuration", "health"));
        try (TestDirector director = new TestDirector(true)) {
            HttpResponse<InputStream> response =
                    CLIENT.send(new Composed(operation).build(director), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                String type = "";
                while (!wanted.isEmpty()) {
                    String line = lines.readLine();
                    assertThat(line).isNotNull().matches("(:|id: |event: |data: |retry: ).*|");
                    if (line.startsWith("event: ")) {
                        type = line.substring("event: ".length());
                    } else if (line.startsWith("data: ")) {
                        assertThat(kinds.object().keySet()).contains(type);
                        assertThat(DOCUMENT.strictProblems(
                                        DOCUMENT.child(kinds, type),
                                        JsonParser.parseString(line.substring("data: ".length()))))
                                .as(line)
                                .isEmpty();
                        wanted.remove(type);
                    }
                }
            }
        }
    }
}
