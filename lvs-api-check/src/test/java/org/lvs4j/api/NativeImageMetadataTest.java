package org.lvs4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Cache;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Director;
import org.lvs4j.admin.AdminServer;
import org.lvs4j.netty.Relay;
import org.lvs4j.persistence.engine.PersistenceEngine;

/**
 * Compares the reachability metadata for native images of GraalVM with what the classes do. A class that starts to use
 * reflection, a resource or a service fails a test here, and the metadata of its module needs an entry.
 */
final class NativeImageMetadataTest {
    private static final String CORE = "lvs-core";
    private static final String ADAPTER = "lvs-netty-adapter";
    private static final String ADMIN = "lvs-admin";

    /** What a class file that looks up classes, members, resources or services has in its constant pool. */
    private static final Pattern LOOKUP = Pattern.compile("findVarHandle|newUpdater|java/util/ServiceLoader|getResource"
            + "|forName\\b|loadClass|findVirtual|findConstructor|findStatic|newProxyInstance"
            + "|getDeclared(?:Method|Field|Constructor)|java/lang/reflect/(?!Array)|com/sun/jna/Native\\b");

    /** A {@code VarHandle} names its field by a string. */
    @Test
    void reflection_fieldsOfVarHandles_areThoseOfTheMetadata() throws IOException {
        Map<String, byte[]> classes = ModuleClasses.compiled(Director.class);
        Map<String, List<String>> used = new TreeMap<>();
        for (String type : lookups(Director.class, "findVarHandle|newUpdater")) {
            List<String> strings = StringConstants.of(classes.get(type));
            used.put(
                    type,
                    Stream.of(ModuleClasses.load(type).getDeclaredFields())
                            .map(Field::getName)
                            .filter(strings::contains)
                            .sorted()
                            .toList());
        }
        Map<String, List<String>> declared = new TreeMap<>();
        for (JsonObject entry : reflection(CORE)) {
            if (entry.has("fields") && name(entry).startsWith("org.lvs4j.")) {
                declared.put(name(entry), fields(entry));
            }
        }

        assertThat(declared).isEqualTo(used);
    }

    @Test
    void lookups_core_areThoseOfTheMetadata() throws IOException {
        assertThat(lookups(Director.class, LOOKUP.pattern()))
                .filteredOn(type -> !entries(CORE).contains(type))
                .containsExactly(
                        "org.lvs4j.ServiceRegistry", // services, below
                        "org.lvs4j.config.ServiceNames", // a resource, below
                        "org.lvs4j.scheduler.Schedulers"); // services, below
    }

    @Test
    void lookups_adapter_areThoseOfTheMetadata() throws IOException {
        assertThat(lookups(Relay.class, LOOKUP.pattern()))
                .filteredOn(type -> !entries(ADAPTER).contains(type))
                .containsExactly(
                        "org.lvs4j.netty.Relay$Builder", // a native library, by the metadata of Netty
                        "org.lvs4j.netty.tun.TunDevice"); // a class of netty-tun
        assertThat(entries(ADAPTER)).contains("org.drasyl.channel.tun.jna.shared.LibC");
    }

    @Test
    void lookups_admin_areThoseOfTheMetadata() throws IOException {
        assertThat(lookups(AdminServer.class, LOOKUP.pattern()))
                .filteredOn(type -> !entries(ADMIN).contains(type))
                .containsExactly("org.lvs4j.admin.internal.api.Resources"); // resources, below
    }

    @Test
    void reflection_handlersOfNetty_areThoseOfTheMetadata() throws IOException {
        requireHandlers(ADAPTER, Relay.class);
        requireHandlers(ADMIN, AdminServer.class);
    }

    private static void requireHandlers(String module, Class<?> any) throws IOException {
        List<String> handlers = ModuleClasses.compiled(any).keySet().stream()
                .filter(NativeImageMetadataTest::isHandler)
                .toList();

        assertThat(reflection(module).stream()
                        .filter(entry -> entry.has("queryAllPublicMethods"))
                        .map(NativeImageMetadataTest::name))
                .containsExactlyInAnyOrderElementsOf(handlers);
    }

    /** Caffeine finds the classes of a cache and of its entries by names that it composes from the cache's features. */
    @Test
    void reflection_classesOfCaffeine_areThoseOfTheTemplates() throws Exception {
        Object templates = ModuleClasses.load("org.lvs4j.internal.persistence.Templates")
                .getConstructors()[0]
                .newInstance(null, null, 1000L);
        Map<?, ?> cache = ((Cache<?, ?>) field(templates, "cache")).asMap();

        assertThat(entries(CORE))
                .contains(
                        cache.getClass().getName(),
                        field(cache, "nodeFactory").getClass().getName());
    }

    @ParameterizedTest
    @ValueSource(strings = {CORE, ADAPTER, ADMIN})
    void reflection_classesAndFields_exist(String module) {
        for (JsonObject entry : reflection(module)) {
            if (!name(entry).startsWith("org.drasyl.")) { // an optional dependency
                assertThat(Stream.of(ModuleClasses.load(name(entry)).getDeclaredFields())
                                .map(Field::getName))
                        .as(name(entry))
                        .containsAll(fields(entry));
            }
        }
    }

    @Test
    void resources_core_exist() {
        requireResources(
                CORE, List.of("org/lvs4j/config/services", "META-INF/services/" + PersistenceEngine.class.getName()));
    }

    @Test
    void resources_admin_exist() {
        requireResources(
                ADMIN,
                List.of(
                        "org/lvs4j/admin/openapi.json",
                        "org/lvs4j/admin/dashboard.txt",
                        "org/lvs4j/admin/dashboard/index.html"));
    }

    private static void requireResources(String module, List<String> resources) {
        List<Pattern> patterns = new ArrayList<>();
        metadata(module, "resource-config.json")
                .getAsJsonObject()
                .getAsJsonObject("resources")
                .getAsJsonArray("includes")
                .forEach(include -> patterns.add(
                        Pattern.compile(include.getAsJsonObject().get("pattern").getAsString())));

        ClassLoader loader = Director.class.getClassLoader();
        for (String resource : resources) {
            assertThat(loader.getResource(resource)).as(resource).isNotNull();
            assertThat(patterns)
                    .as(resource)
                    .anyMatch(pattern -> pattern.matcher(resource).matches());
        }
    }

    private static boolean isHandler(String name) {
        try {
            return ChannelHandler.class.isAssignableFrom(ModuleClasses.load(name));
        } catch (LinkageError e) {
            return false; // of an optional dependency, and no handler
        }
    }

    private static Object field(Object object, String name) throws IllegalAccessException {
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field.get(object);
                }
            }
        }
        throw new AssertionError("no field " + name + " in " + object.getClass());
    }

    private static List<String> fields(JsonObject entry) {
        List<String> fields = new ArrayList<>();
        if (entry.has("fields")) {
            entry.getAsJsonArray("fields").forEach(field -> fields.add(name(field.getAsJsonObject())));
        }
        fields.sort(null);
        return fields;
    }

    private static List<String> lookups(Class<?> any, String pattern) throws IOException {
        Pattern sought = Pattern.compile(pattern);
        return ModuleClasses.compiled(any).entrySet().stream()
                .filter(type -> sought.matcher(new String(type.getValue(), StandardCharsets.ISO_8859_1))
                        .find())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<String> entries(String module) {
        return reflection(module).stream().map(NativeImageMetadataTest::name).toList();
    }

    private static List<JsonObject> reflection(String module) {
        List<JsonObject> entries = new ArrayList<>();
        metadata(module, "reflect-config.json").getAsJsonArray().forEach(each -> entries.add(each.getAsJsonObject()));
        return entries;
    }

    private static JsonElement metadata(String module, String file) {
        String resource = "/META-INF/native-image/org.lvs4j/" + module + "/" + file;
        try (Reader in = new InputStreamReader(
                Objects.requireNonNull(Director.class.getResourceAsStream(resource), resource),
                StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(JsonObject entry) {
        return entry.get("name").getAsString();
    }
}
