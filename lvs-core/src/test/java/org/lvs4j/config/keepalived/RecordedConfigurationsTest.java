package org.lvs4j.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files that keepalived itself has judged, and its rules after the start. */
class RecordedConfigurationsTest {
    static final Path FOLDER = folder();

    /** Problems that harm nothing. */
    private static final Set<String> WARNINGS =
            Set.of("deprecated", "no-protocol", "no-scheduler", "no-method", "no-port");

    /** Files that keepalived passes, and that are errors here. */
    private static final Map<String, Integer> STRICTER = Map.of(
            "b28-missing-group", 1, // a service that would be missing
            "b55-misc-missing-script", 8); // a check that would always fail

    /** Places that differ on purpose: 2.2.7 refuses what is right, crashes, or ends at the first problem. */
    private static final Map<String, Set<Integer>> DIFFERENT = Map.of(
            "g28-udp-ff", Set.of(),
            "g41-continuation", Set.of(1, 3, 8, 13, 14),
            "b61-value-missing", Set.of(5, 6, 7, 10, 12));

    /** The lines of problems without a line: where the block begins to which they belong. */
    private static final Map<String, Integer> OPENING_LINES = Map.of(
            "b18-duplicate-rs", 8,
            "g46-ports-differ", 5,
            "g58-address-forms", 8);

    record Recording(String name, JsonObject json) {
        String file() {
            return json.get("file").getAsString();
        }

        List<JsonObject> problems() {
            List<JsonObject> problems = new ArrayList<>();
            if (json.has("problems")) {
                json.getAsJsonArray("problems").forEach(each -> problems.add(each.getAsJsonObject()));
            }
            return problems;
        }

        KeepalivedOptions options() {
            JsonArray arguments = json.has("args") ? json.getAsJsonArray("args") : new JsonArray();
            String id = arguments.size() == 2 ? arguments.get(1).getAsString() : "host";
            return KeepalivedOptions.DEFAULT
                    .withIncludes(new TestFiles(FOLDER))
                    .withConfigurationId(id)
                    .withScripts(program -> program.startsWith("/nonexistent") ? "no such file" : null);
        }

        KeepalivedConfiguration parse(KeepalivedOptions options) throws KeepalivedException {
            Path parent = Path.of(file()).getParent();
            return KeepalivedFile.parse(
                    file(), parent == null ? "" : parent.toString(), TestFiles.read(FOLDER.resolve(file())), options);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Path folder() {
        try {
            return Path.of(RecordedConfigurationsTest.class
                    .getResource("/golden/keepalived/configs")
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Recording> recordings() throws IOException {
        JsonObject all = JsonParser.parseString(Files.readString(FOLDER.resolve("expected.json")))
                .getAsJsonObject();
        return all.entrySet().stream()
                .map(entry -> new Recording(entry.getKey(), entry.getValue().getAsJsonObject()));
    }

    /** The lines at which an error is expected. */
    private static Set<Integer> expectedLines(Recording recording) {
        Set<Integer> lines = new TreeSet<>();
        if (DIFFERENT.containsKey(recording.name())) {
            return DIFFERENT.get(recording.name());
        }
        if (STRICTER.containsKey(recording.name())) {
            lines.add(STRICTER.get(recording.name()));
        }
        boolean lost = false;
        for (JsonObject problem : recording.problems()) {
            String kind = problem.get("kind").getAsString();
            JsonElement line = problem.get("line");
            if (lost || WARNINGS.contains(kind)) {
                continue;
            }
            lines.add(line == null ? OPENING_LINES.getOrDefault(recording.name(), 1) : line.getAsInt());
            // Behind a block that it does not know, keepalived is lost.
            lost = kind.equals("unexpected-brace");
        }
        return lines;
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void parse_recordedFile_errorsAtTheRecordedLines(Recording recording) {
        Set<Integer> lines = new TreeSet<>();
        List<String> messages = new ArrayList<>();
        try {
            recording.parse(recording.options());
        } catch (KeepalivedException e) {
            for (KeepalivedException each : e.all()) {
                lines.add(each.line());
                messages.add(each.getMessage());
                assertThat(each.getMessage())
                        .startsWith(each.source() + ":" + each.line() + ":" + each.column() + ": ");
            }
        }
        assertThat(lines).as("%s", messages).isEqualTo(expectedLines(recording));
    }

    /** Recorded rules that are a defect of 2.2.7. */
    private static final Set<String> WRONG_RULES =
            Set.of("g13-fwmark-v6"); // a service of a random address instead of one that was refused

    private static List<String> rules(Recording recording) {
        List<String> rules = new ArrayList<>();
        if (recording.json().has("rules")) {
            recording.json().getAsJsonArray("rules").forEach(rule -> rules.add(rule.getAsString()));
        }
        return rules;
    }

    static Stream<Recording> accepted() throws IOException {
        return recordings().filter(recording -> expectedLines(recording).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void toRules_acceptedFile_theRecordedRules(Recording recording) throws KeepalivedException {
        Conversion conversion = Conversion.toRules(recording.parse(recording.options()));

        assertThat(conversion.text().lines().toList()).isEqualTo(rules(recording));
    }

    static Stream<Recording> tolerated() throws IOException {
        return recordings()
                .filter(recording -> recording.json().get("runs").getAsBoolean())
                .filter(recording ->
                        !recording.json().get("verdict").getAsString().equals("crash"))
                .filter(recording -> !DIFFERENT.containsKey(recording.name()))
                .filter(recording -> !WRONG_RULES.contains(recording.name()));
    }

    /** What keepalived makes of files with errors, where it does not lose track of the blocks. */
    @ParameterizedTest
    @MethodSource("tolerated")
    void toRules_anyFileReadTolerantly_theRecordedRules(Recording recording) throws KeepalivedException {
        boolean lost = recording.problems().stream()
                .anyMatch(problem -> problem.get("kind").getAsString().equals("unexpected-brace"));
        Conversion conversion =
                Conversion.toRules(recording.parse(recording.options().asTolerant()));

        if (!lost) {
            assertThat(conversion.text().lines().toList()).isEqualTo(rules(recording));
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void toKeepalived_anyFile_readAsTheSame(Recording recording) throws KeepalivedException {
        KeepalivedConfiguration read = recording.parse(recording.options().asTolerant());
        Conversion printed = Conversion.toKeepalived(read);
        assertThat(printed.lost()).isEmpty();

        KeepalivedConfiguration again =
                KeepalivedFile.parse("printed", printed.text(), KeepalivedOptions.DEFAULT.asTolerant());

        assertThat(again.globals()).isEqualTo(read.globals());
        assertThat(Conversion.toKeepalived(again).text()).isEqualTo(printed.text());
        assertThat(again.startTable()).isEqualTo(read.startTable());
        for (int i = 0; i < read.health().services().size(); i++) {
            assertThat(again.health().services().get(i).servers())
                    .isEqualTo(read.health().services().get(i).servers());
        }
    }
}
