package org.lvs4j.examples.standalone;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.service.Sysctl;
import picocli.CommandLine.Option;

/** The options of {@code run} and {@code replay} that configure the director. */
final class DirectorOptions {
    @Option(
            names = "--slow-start",
            paramLabel = "TIME",
            description =
                    "The weight of a server that is added, or had weight 0, grows from 1 to its configured value over"
                            + " this time (default: 0s). Not part of IPVS.")
    private Duration slowStart = Duration.ZERO;

    @Option(
            names = "--max-entries",
            paramLabel = "N",
            description = "The most connections that are counted and listed at a time, those included that linger after"
                    + " their end; further ones are refused (default: by the size of the heap, up to 4194304).")
    private @Nullable Integer maxEntries;

    @Option(
            names = "--max-templates",
            paramLabel = "N",
            description =
                    "The most persistence templates at a time; beyond that, rarely used ones are evicted (default: by"
                            + " the size of the heap, up to 1048576).")
    private @Nullable Integer maxTemplates;

    @Option(
            names = "--sysctl",
            paramLabel = "NAME=VALUE",
            description = "A setting of IPVS by its name under net.ipv4.vs, such as expire_quiescent_template=1. May be"
                    + " repeated.")
    private Map<String, Integer> sysctls = new LinkedHashMap<>();

    /**
     * A director without services.
     *
     * @throws IllegalArgumentException if a setting does not exist or a value is out of range
     */
    Director director() {
        Director director = builder().build();
        configure(director);
        return director;
    }

    /**
     * A builder with the options that cannot change later.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    Director.Builder builder() {
        NumberRange.require("--max-entries", maxEntries);
        NumberRange.require("--max-templates", maxTemplates);
        Ceilings ceilings = Ceilings.ofThisProcess();
        return Director.builder()
                .slowStart(slowStart)
                .maxConnections(maxEntries())
                .maxTemplates(maxTemplates == null ? ceilings.templates() : maxTemplates);
    }

    int maxEntries() {
        return maxEntries == null ? Ceilings.ofThisProcess().entries() : maxEntries;
    }

    /**
     * Changes the settings of a director.
     *
     * @throws IllegalArgumentException if a setting does not exist or a value is out of range
     */
    void configure(Director director) {
        sysctls.forEach((name, value) -> {
            Sysctl sysctl = Sysctl.find(name);
            if (sysctl == null) {
                throw new IllegalArgumentException("unknown setting '" + name + "'; expected one of " + names());
            }
            director.setSysctl(sysctl, value);
        });
    }

    private static String names() {
        StringBuilder names = new StringBuilder();
        for (Sysctl sysctl : Sysctl.values()) {
            names.append(names.length() == 0 ? "" : ", ").append(sysctl.key());
        }
        return names.toString();
    }
}
