package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class SchedulersTest {
    private static final Path CLASSES = classes();

    private static Path classes() {
        try {
            return Path.of(Schedulers.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void names_atHand_areThoseOfIpvsAndOurs() {
        assertThat(Schedulers.load(getClass().getClassLoader()).names())
                .containsExactlyInAnyOrder(
                        "rr",
                        "wrr",
                        "lc",
                        "wlc",
                        "lblc",
                        "lblcr",
                        "dh",
                        "sh",
                        "sed",
                        "nq",
                        "fo",
                        "ovf",
                        "mh",
                        "twos",
                        "mh-bounded",
                        "mh-stable",
                        "peak-ewma",
                        "rendezvous");
    }

    @Test
    void providers_onTheModulePath_areThoseOfTheClassPath() throws IOException {
        String service = SchedulerProvider.class.getName();
        ModuleDescriptor module =
                ModuleFinder.of(CLASSES).findAll().iterator().next().descriptor();
        assertThat(module.provides())
                .filteredOn(provides -> provides.service().equals(service))
                .singleElement()
                .satisfies(provides -> assertThat(provides.providers())
                        .containsExactlyInAnyOrderElementsOf(lines(CLASSES.resolve("META-INF/services/" + service))));
    }

    private static Iterable<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void page_everyScheduler_hasASection() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "schedulers.md"));
        assertThat(Schedulers.load(getClass().getClassLoader()).names())
                .allSatisfy(name -> assertThat(page).containsPattern("(?m)^### `" + name + "`"));
    }
}
