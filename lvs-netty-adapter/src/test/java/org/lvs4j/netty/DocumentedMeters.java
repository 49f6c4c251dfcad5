package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Compares a table of docs/metrics.md with the meters of registries. */
@SuppressWarnings("exports")
public final class DocumentedMeters {
    private static final Path PAGE = Path.of("../docs/metrics.md");
    private static final Set<String> OF_THE_SECTION = Set.of("virtual.service", "real.server");

    private DocumentedMeters() {}

    /** Name, type, unit and tags, as well as the name in a scrape by Prometheus, of all meters with a prefix. */
    public static void assertEqual(String prefix, MeterRegistry registry, String scrape) throws IOException {
        List<List<String>> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `" + prefix))
                .map(line -> List.of(line.substring(2).split(" *\\| *")))
                .toList();
        assertThat(rows.stream().map(row -> String.join(" ", row.subList(0, 4))).sorted())
                .containsExactlyElementsOf(registry.getMeters().stream()
                        // Those that the registry itself derives from a histogram.
                        .filter(meter -> meter.getId().syntheticAssociation() == null)
                        .map(DocumentedMeters::described)
                        .collect(Collectors.toCollection(TreeSet::new)));
        assertThat(rows.stream().map(row -> row.get(4).replace("`", "")).sorted())
                .containsExactlyElementsOf(names(scrape));
    }

    /**
     * The numbers of meters that the page tells.
     *
     * @param others meters in the registry that are not among them
     */
    public static void assertNumbers(String binder, MeterRegistry registry, int others) throws IOException {
        List<Meter> meters = registry.getMeters().stream()
                .filter(meter -> meter.getId().syntheticAssociation() == null)
                .toList();
        long histograms =
                meters.stream().filter(meter -> meter instanceof Timer).count();
        assertThat(Files.readString(PAGE).replaceAll("\\s+", " "))
                .contains("`" + binder + "` has " + (meters.size() - others - histograms) + " meters and "
                        + (histograms == 1 ? "a histogram" : histograms + " histograms"));
    }

    /** The names of a scrape, each histogram with one for all of its. */
    private static Set<String> names(String scrape) {
        Set<String> names = scrape.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceAll("[{ ].*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        scrape.lines()
                .filter(line -> line.matches("# TYPE \\S+ histogram"))
                .map(line -> line.split(" ")[2])
                .forEach(histogram -> {
                    Set.of("_bucket", "_count", "_sum", "_max").forEach(suffix -> names.remove(histogram + suffix));
                    names.add(histogram);
                });
        return names;
    }

    private static String described(Meter meter) {
        Meter.Id id = meter.getId();
        String tags = id.getTags().stream()
                .map(Tag::getKey)
                .filter(key -> !OF_THE_SECTION.contains(key))
                .map(key -> "`" + key + "`")
                .collect(Collectors.joining(" "));
        String type = id.getType().name().toLowerCase(Locale.ROOT);
        return "`" + id.getName() + "` " + type + " " + (id.getBaseUnit() == null ? "" : id.getBaseUnit()) + " " + tags;
    }
}
