package org.lvs4j.admin;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The file {@code openapi.json}: its parts by their places, and values against its schemas. */
final class OpenApiDocument {
    private static final String IRI = "https://lvs4j.org/openapi.json";
    private static final String STRICT_IRI = "https://lvs4j.org/strict/openapi.json";
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    private final String text;
    private final JsonObject root;
    private final SchemaRegistry schemas;

    /**
     * A part of the document.
     *
     * @param value what it is
     * @param pointer where it is
     */
    record Part(JsonElement value, String pointer) {
        JsonObject object() {
            return value.getAsJsonObject();
        }

        boolean has(String name) {
            return value instanceof JsonObject object && object.has(name);
        }

        String text(String name) {
            return object().get(name).getAsString();
        }
    }

    /**
     * An operation.
     *
     * @param method in upper case
     * @param template of its path
     * @param part the operation object
     * @param parameters of the path and its own, without references
     */
    record Operation(String method, String template, Part part, List<Part> parameters) {
        String id() {
            return part.text("operationId");
        }

        List<Part> parametersIn(String where) {
            return parameters.stream()
                    .filter(each -> each.text("in").equals(where))
                    .toList();
        }

        boolean hasParameter(String name) {
            return parameters.stream().anyMatch(each -> each.text("name").equals(name));
        }

        @Override
        public String toString() {
            return method + " " + template;
        }
    }

    private OpenApiDocument(String text) {
        this.text = text;
        root = JsonParser.parseString(text).getAsJsonObject();
        JsonElement strict = root.deepCopy();
        close(strict);
        schemas = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemas(Map.of(IRI, text, STRICT_IRI, strict.toString()))
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build()));
    }

    static OpenApiDocument read() {
        try (InputStream file = AdminServer.class.getResourceAsStream("openapi.json")) {
            return new OpenApiDocument(new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forbids members that a schema does not describe. */
    private static void close(JsonElement element) {
        if (element instanceof JsonArray array) {
            array.forEach(OpenApiDocument::close);
        } else if (element instanceof JsonObject object) {
            object.entrySet().forEach(each -> close(each.getValue()));
            if (object.get("properties") instanceof JsonObject && !object.has("additionalProperties")) {
                object.add("additionalProperties", new JsonPrimitive(false));
            }
        }
    }

    String text() {
        return text;
    }

    Part root() {
        return new Part(root, "");
    }

    /** A member or an item; of a reference, that of what it refers to. */
    Part child(Part parent, String name) {
        String pointer = parent.pointer() + "/" + name.replace("~", "~0").replace("/", "~1");
        JsonElement value = parent.value() instanceof JsonArray array
                ? array.get(Integer.parseInt(name))
                : parent.object().get(name);
        return resolve(new Part(Objects.requireNonNull(value, pointer), pointer));
    }

    /** All members, in order. */
    Map<String, Part> children(Part parent) {
        Map<String, Part> all = new LinkedHashMap<>();
        parent.object().keySet().forEach(each -> all.put(each, child(parent, each)));
        return all;
    }

    private Part resolve(Part part) {
        // A schema next to a reference adds to it.
        if (!part.has("$ref") || part.object().size() > 1) {
            return part;
        }
        return at(part.text("$ref"));
    }

    Part at(String reference) {
        Part part = root();
        for (String each : reference.substring("#/".length()).split("/", -1)) {
            part = child(part, each.replace("~1", "/").replace("~0", "~"));
        }
        return part;
    }

    List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        children(child(root(), "paths"))
                .forEach((template, path) -> children(path).forEach((method, operation) -> {
                    if (METHODS.contains(method)) {
                        List<Part> parameters = new ArrayList<>(parameters(path));
                        parameters.addAll(parameters(operation));
                        all.add(new Operation(method.toUpperCase(Locale.ROOT), template, operation, parameters));
                    }
                }));
        return all;
    }

    private List<Part> parameters(Part owner) {
        List<Part> all = new ArrayList<>();
        if (owner.has("parameters")) {
            Part list = child(owner, "parameters");
            for (int i = 0; i < list.value().getAsJsonArray().size(); i++) {
                all.add(child(list, Integer.toString(i)));
            }
        }
        return all;
    }

    /** The examples of a parameter, a header or a type of content. */
    List<JsonElement> examples(Part owner) {
        List<JsonElement> all = new ArrayList<>();
        if (owner.has("example")) {
            all.add(owner.object().get("example"));
        }
        if (owner.has("examples")) {
            children(child(owner, "examples"))
                    .values()
                    .forEach(each -> all.add(each.object().get("value")));
        }
        return all;
    }

    /** What a value breaks of a schema. */
    List<String> problems(Part schema, JsonElement value) {
        return problems(IRI, schema, value);
    }

    /** What a value breaks of a schema, or has beside what the schema describes. */
    List<String> strictProblems(Part schema, JsonElement value) {
        return problems(STRICT_IRI, schema, value);
    }

    private List<String> problems(String iri, Part schema, JsonElement value) {
        Schema compiled = schemas.getSchema(SchemaLocation.of(
                iri + "#" + schema.pointer().replace("{", "%7B").replace("}", "%7D")));
        return compiled.validate(value.toString(), InputFormat.JSON).stream()
                .map(Object::toString)
                .toList();
    }
}
