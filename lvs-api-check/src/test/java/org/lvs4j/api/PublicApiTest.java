package org.lvs4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the visible declarations of each published module with the {@code api.txt} that is checked in. */
class PublicApiTest {
    private static final Map<String, Class<?>> MODULES = Map.of(
            "lvs-core", org.lvs4j.Director.class,
            "lvs-replay", org.lvs4j.replay.Replay.class,
            "lvs-netty-adapter", org.lvs4j.netty.Relay.class,
            "lvs-grpc", org.lvs4j.grpc.LvsGrpc.class,
            "lvs-admin", org.lvs4j.admin.AdminServer.class);

    private static final String INDENT = "    ";

    @ParameterizedTest
    @ValueSource(strings = {"lvs-core", "lvs-replay", "lvs-netty-adapter", "lvs-grpc", "lvs-admin"})
    void publicApi_compiledClasses_matchTheFile(String module) throws IOException {
        Path file = Path.of("..", module, "src", "test", "resources", "api.txt")
                .toAbsolutePath()
                .normalize();
        List<String> compiled = lines(ModuleClasses.exported(MODULES.get(module)));
        if (Boolean.getBoolean("api.accept")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, String.join("\n", compiled) + "\n");
        }
        List<String> accepted = Files.exists(file) ? Files.readAllLines(file) : List.of();
        if (!compiled.equals(accepted)) {
            fail(difference(module, accepted, compiled));
        }
    }

    private static List<String> lines(List<Class<?>> types) {
        List<String> lines = new ArrayList<>();
        for (Class<?> type : types) {
            List<String> signatures = Signatures.of(type);
            lines.add(signatures.get(0));
            signatures.stream().skip(1).map(INDENT::concat).forEach(lines::add);
        }
        return lines;
    }

    private static String difference(String module, List<String> accepted, List<String> compiled) {
        Set<String> removed = qualified(accepted);
        Set<String> added = qualified(compiled);
        removed.removeAll(qualified(compiled));
        added.removeAll(qualified(accepted));
        StringBuilder text = new StringBuilder("The public API of " + module + " is not what its api.txt says:\n");
        removed.forEach(line -> text.append("  - ").append(line).append('\n'));
        added.forEach(line -> text.append("  + ").append(line).append('\n'));
        return text.append("If the change is intended, accept it and add a line to CHANGELOG.md:\n")
                .append(
                        "  mvn -B test -Dtest=PublicApiTest -Dsurefire.failIfNoSpecifiedTests=false -Dapi.accept=true\n")
                .toString();
    }

    /** Every line with its type before it, so that each is understood alone. */
    private static Set<String> qualified(List<String> lines) {
        Set<String> qualified = new LinkedHashSet<>();
        String type = "";
        for (String line : lines) {
            if (!line.startsWith(INDENT)) {
                type = line.replaceFirst(".*?(org\\.lvs4j[\\w.$]*).*", "$1");
            }
            qualified.add(line.startsWith(INDENT) ? type + ": " + line.strip() : line);
        }
        return qualified;
    }

    @Test
    void difference_memberAddedAndMemberRemoved_namesBothWithTheirType() {
        List<String> accepted = List.of("public final class org.lvs4j.A", "    public int size()");
        List<String> compiled = List.of("public final class org.lvs4j.A", "    public long size()");

        assertThat(difference("lvs-core", accepted, compiled))
                .contains("- org.lvs4j.A: public int size()", "+ org.lvs4j.A: public long size()", "-Dapi.accept=true");
    }
}
