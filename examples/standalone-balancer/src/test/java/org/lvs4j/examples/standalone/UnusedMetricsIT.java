package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that is asked for no meters does not pay for them. */
@Timeout(60)
class UnusedMetricsIT {
    @TempDir
    private Path directory;

    @Test
    void run_noMetersAskedFor_nothingOfMicrometerIsLoaded() throws Exception {
        Path loaded = directory.resolve("loaded");
        Path rules = Files.writeString(directory.resolve("rules"), "-A -t 127.0.0.1:" + FreePort.next() + " -s rr\n");
        try (Daemon daemon = Daemon.start(directory, "-Xlog:class+load:file=" + loaded, rules)) {
            assertThat(daemon.lvsadm("reload").exitCode()).isZero();
        }
        List<String> classes = Files.readAllLines(loaded);
        assertThat(classes).anyMatch(line -> line.contains("org.lvs4j.examples.standalone.Balancer"));
        assertThat(classes)
                .filteredOn(line -> line.matches(".* (io\\.micrometer|io\\.prometheus|org\\.lvs4j\\.metrics)\\..*"))
                .isEmpty();
    }
}
