package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that need more listening sockets than {@code lvsd} may open. */
@Timeout(120)
class OutOfDescriptorsIT {
    private static final int SPARE = 30;
    private static final int SERVICES = 100;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring", "nio"})
    void run_moreThreadsThanDescriptors_refusedWithTheReason(String transport) throws Exception {
        Path rules = Files.writeString(directory.resolve("rules"), "-A -t 127.0.0.1:" + FreePort.next() + "\n");
        ProcessBuilder command = new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -n 100; exec \"$@\"",
                "sh",
                Daemon.SCRIPTS.resolve("lvsd").toString(),
                "run",
                rules.toString(),
                "--socket",
                directory.resolve("s/lvsd.sock").toString(),
                "--transport",
                transport,
                "--threads",
                "500");
        command.environment().put("LVSD_OPTS", Daemon.BRIEF);

        Programs.Result refused = Programs.run(command, "");

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.error())
                .contains("lvsd: 500 event loops cannot be opened: too many open files")
                .doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring", "nio"})
    void restore_moreServicesThanDescriptors_refusedWholeAndPossibleLater(String transport) throws Exception {
        Programs.require("prlimit", "util-linux");
        int port = FreePort.next();
        Path rules = Files.writeString(directory.resolve("rules"), "-A -t 127.0.0.1:" + port + "\n");
        String many = IntStream.rangeClosed(1, SERVICES)
                .mapToObj(i -> "-A -" + (i % 2 == 0 ? "t" : "u") + " 127.0.1." + i + ":" + port + "\n")
                .collect(Collectors.joining());
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules, "--transport", transport)) {
            lvsd.listing("-L", "-n");
            String before = lvsd.listing("-S", "-n");
            long open = lvsd.descriptors();
            lvsd.limitDescriptors((int) open + SPARE);

            Programs.Result refused = lvsd.lvsadmReading(many, "-R");

            assertThat(refused.exitCode()).as(refused.error()).isEqualTo(255);
            assertThat(refused.error()).contains("Too many open files (raise the limit of open files");
            assertThat(lvsd.listing("-S", "-n")).isEqualTo(before);
            lvsd.await("released", () -> lvsd.descriptors() <= open);

            lvsd.limitDescriptors(SERVICES * 10);
            assertThat(lvsd.lvsadmReading(many, "-R").exitCode()).isZero();
            assertThat(lvsd.listing("-S", "-n").lines()).hasSize(SERVICES + 1);
            assertThat(lvsd.lines()).noneMatch(line -> line.startsWith("\tat "));
        }
    }
}
