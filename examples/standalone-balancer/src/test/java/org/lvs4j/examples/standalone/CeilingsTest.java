package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Ceilings that follow the heap. */
final class CeilingsTest {
    private static final long MEGABYTE = 1 << 20;

    @Test
    void ceilings_smallAndLargeHeaps_areThoseOfTheReadme() throws IOException {
        Ceilings small = new Ceilings(256 * MEGABYTE);
        Ceilings large = new Ceilings(1024 * MEGABYTE);
        String readme = Files.readString(Path.of("README.md"));
        assertThat(readme)
                .contains("| " + small.connections() + " | " + large.connections() + " | 100000 from")
                .contains("| " + small.udpFlows(false) + "; " + small.udpFlows(true) + " | " + large.udpFlows(false)
                        + "; " + large.udpFlows(true) + " | 16384 from")
                .contains("| " + small.entries() + " | " + large.entries() + " | 4194304 from")
                .contains("| " + small.templates() + " | " + large.templates() + " | 1048576 from");
    }

    @Test
    void ceilings_hugeHeap_areTheDefaultsOfTheLibrary() {
        Ceilings huge = new Ceilings(64 * 1024 * MEGABYTE);
        assertThat(huge.connections()).isEqualTo(100_000);
        assertThat(huge.udpFlows(false)).isEqualTo(16_384);
        assertThat(huge.udpFlows(true)).isEqualTo(16_384);
        assertThat(huge.entries()).isEqualTo(4_194_304);
        assertThat(huge.templates()).isEqualTo(1_048_576);
    }

    @Test
    void ceilings_tinyHeap_areAtLeastOne() {
        Ceilings tiny = new Ceilings(0);
        assertThat(tiny.connections()).isOne();
        assertThat(tiny.udpFlows(true)).isOne();
        assertThat(tiny.entries()).isOne();
        assertThat(tiny.templates()).isOne();
    }
}
