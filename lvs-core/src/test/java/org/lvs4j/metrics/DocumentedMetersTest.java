package org.lvs4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;

/** The tables of docs/metrics.md name exactly the meters that a registry has, as they are. */
final class DocumentedMetersTest {
    private static final Path PAGE = Path.of("../docs/metrics.md");

    private final Director director = MetricsFixture.ofOneServer().director;

    /** The columns of a row: meter, type, unit, tags, name in Prometheus. */
    private static List<List<String>> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `lvs."))
                .filter(line -> !line.matches("\\| `lvs\\.(relay|access|health|tun|daemon)\\..*"))
                .map(line -> List.of(line.substring(2).split(" *\\| *")))
                .toList();
    }

    private static String described(Meter meter) {
        Meter.Id id = meter.getId();
        String tags = id.getTags().stream()
                .map(Tag::getKey)
                .filter(key -> !key.equals("virtual.service") && !key.equals("real.server"))
                .map(key -> "`" + key + "`")
                .collect(Collectors.joining(" "));
        String type = id.getType().name().toLowerCase(Locale.ROOT);
        return "`" + id.getName() + "` " + type + " " + (id.getBaseUnit() == null ? "" : id.getBaseUnit()) + " " + tags;
    }

    @Test
    void page_tables_equalTheRegistry() throws IOException {
        MeterRegistry registry = new SimpleMeterRegistry();
        LvsMetrics.of(director).bindTo(registry);
        Set<String> registered = new TreeSet<>();
        registry.getMeters().forEach(meter -> registered.add(described(meter)));

        Set<String> documented = new TreeSet<>();
        for (List<String> row : rows()) {
            String tags = row.get(3).replaceAll("=\\S*", "`").replace("``", "`");
            documented.add(String.join(" ", row.get(0), row.get(1), row.get(2), tags));
        }
        assertThat(documented).containsExactlyElementsOf(registered);
    }

    @Test
    void page_namesInPrometheus_areThoseOfAScrape() throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        LvsMetrics.of(director).bindTo(registry);
        Set<String> scraped = registry.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceAll("[{ ].*", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        Set<String> documented = new TreeSet<>();
        for (List<String> row : rows()) {
            documented.add(row.get(4).replace("`", ""));
        }
        assertThat(documented).containsExactlyElementsOf(scraped);
    }

    @Test
    void page_numbersOfMeters_areThoseOfTheRegistry() throws IOException {
        assertThat(Files.readString(PAGE))
                .contains("`LvsMetrics` has " + DirectorSource.INSTRUMENTS.size() + " meters for a director, "
                        + ServiceSource.INSTRUMENTS.size() + " for each service and "
                        + ServerSource.INSTRUMENTS.size() + " for each server.");
    }

    @Test
    void meters_eachOne_hasADescription() {
        MeterRegistry registry = new SimpleMeterRegistry();
        LvsMetrics.of(director).bindTo(registry);

        assertThat(registry.getMeters())
                .isNotEmpty()
                .allSatisfy(meter -> assertThat(meter.getId().getDescription()).isNotBlank());
    }
}
