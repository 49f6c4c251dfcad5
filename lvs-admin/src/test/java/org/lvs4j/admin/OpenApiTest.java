package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.admin.OpenApiDocument.Operation;
import org.lvs4j.admin.OpenApiDocument.Part;
import org.lvs4j.admin.internal.api.Api;
import org.lvs4j.admin.internal.api.EventLog;
import org.lvs4j.admin.internal.http.AccessPolicy;
import org.lvs4j.admin.internal.http.Route;

/** The file {@code openapi.json} by itself, and against the operations that the code has. */
final class OpenApiTest {
    private static final String OPEN_API = "https://spec.openapis.org/oas/3.1/";

    private final OpenApiDocument document = OpenApiDocument.read();

    /** Those of the OpenAPI Initiative: the document, and its schemas by the dialect of OpenAPI 3.1. */
    @Test
    void document_schemaOfOpenApi_holds() {
        Map<String, String> schemas = new HashMap<>();
        for (String each : List.of("schema-base/2022-10-07", "schema/2022-10-07", "dialect/base", "meta/base")) {
            schemas.put(OPEN_API + each, resource("/spec.openapis.org/oas/3.1/" + each));
        }
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(schemas));

        assertThat(registry.getSchema(SchemaLocation.of(OPEN_API + "schema-base/2022-10-07"))
                        .validate(document.text(), InputFormat.JSON))
                .isEmpty();
    }

    private static String resource(String name) {
        try (InputStream file = OpenApiTest.class.getResourceAsStream(name)) {
            assertThat(file).as(name).isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void text_format_isStable() {
        assertThat(document.text())
                .isEqualTo(new GsonBuilder()
                                .setPrettyPrinting()
                                .serializeNulls()
                                .disableHtmlEscaping()
                                .create()
                                .toJson(JsonParser.parseString(document.text()))
                        + "\n");
    }

    @Test
    void references_allOfThem_areFoundAndEveryComponentIsUsed() {
        TreeSet<String> used = new TreeSet<>();
        references(document.root().value(), used);
        TreeSet<String> declared = new TreeSet<>();
        document.children(document.at("#/components")).forEach((kind, all) -> {
            if (!kind.equals("securitySchemes")) { // by their names
                all.object().keySet().forEach(each -> declared.add("#/components/" + kind + "/" + each));
            }
        });

        assertThat(used).isEqualTo(declared);
    }

    private static void references(JsonElement element, TreeSet<String> found) {
        if (element instanceof JsonArray array) {
            array.forEach(each -> references(each, found));
        } else if (element instanceof JsonObject object) {
            if (object.has("$ref")) {
                found.add(object.get("$ref").getAsString());
            }
            object.entrySet().forEach(each -> references(each.getValue(), found));
        }
    }

    /** Wherever a schema has an example beside it. */
    @Test
    void examples_theirSchemas_hold() {
        List<String> problems = new ArrayList<>();
        int[] count = {0};
        examples(document.root(), problems, count);

        assertThat(problems).isEmpty();
        assertThat(count[0]).isGreaterThan(50);
    }

    private void examples(Part part, List<String> problems, int[] count) {
        if (part.has("schema") && !part.pointer().endsWith("/properties")) {
            for (JsonElement example : document.examples(part)) {
                count[0]++;
                document.strictProblems(document.child(part, "schema"), example)
                        .forEach(each -> problems.add(part.pointer() + ": " + each));
            }
        }
        if (part.value() instanceof JsonObject object) {
            for (String name : object.keySet()) {
                // Components are visited in their own place.
                if (!(object.get(name) instanceof JsonObject child && child.has("$ref"))) {
                    examples(document.child(part, name), problems, count);
                }
            }
        }
    }

    @Test
    void operations_routesOfTheCode_areTheSameWithTheSameAccess() {
        Map<String, Route.Access> described = new TreeMap<>();
        for (Operation each : document.operations()) {
            assertThat(described.put(each.toString(), access(each)))
                    .as(each.toString())
                    .isNull();
        }
        Map<String, Route.Access> coded = new TreeMap<>();
        Director director = Director.create();
        Api api = new Api(
                director,
                AdminControl.of(director),
                () -> null,
                type -> "",
                () -> null,
                new EventLog(() -> Instant.EPOCH),
                AccessPolicy.Changing.TOKEN);
        api.routes().all().forEach(each -> coded.put(each.method() + " " + each.template(), each.access()));

        assertThat(described).isEqualTo(coded);
    }

    private static Route.Access access(Operation operation) {
        String security = operation.part().object().get("security").toString();
        return switch (security) {
            case "[]" -> Route.Access.OPEN;
            case "[{},{\"token\":[]}]" -> Route.Access.READ;
            case "[{\"token\":[]}]" -> Route.Access.CHANGE;
            default -> throw new AssertionError(operation + " has the security " + security);
        };
    }

    @Test
    void operations_pathVariables_areDescribed() {
        for (Operation each : document.operations()) {
            List<String> variables = new ArrayList<>();
            for (String segment : each.template().split("/", -1)) {
                if (segment.startsWith("{")) {
                    variables.add(segment.substring(1, segment.length() - 1));
                }
            }
            assertThat(each.parametersIn("path"))
                    .as(each.toString())
                    .extracting(parameter -> parameter.text("name"))
                    .containsExactlyElementsOf(variables);
        }
    }

    /** What a client sends is closed: the server refuses members that it does not know. */
    @Test
    void requestBodies_additionalMembers_areRefused() {
        for (Operation each : document.operations()) {
            if (each.part().has("requestBody")) {
                document.children(document.child(document.child(each.part(), "requestBody"), "content"))
                        .forEach((type, content) -> {
                            JsonObject unknown = new JsonObject();
                            unknown.add("unknown", JsonNull.INSTANCE);
                            assertThat(document.problems(document.child(content, "schema"), unknown))
                                    .as(each + " " + type)
                                    .isNotEmpty();
                        });
            }
        }
    }
}
