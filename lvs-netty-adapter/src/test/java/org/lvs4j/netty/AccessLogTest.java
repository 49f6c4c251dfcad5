package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.ConnectionRecord.End;
import org.lvs4j.service.ServiceKey;

/** The file of an access log: its lines, rotation, and failures. */
@Tag("slow")
final class AccessLogTest {
    private static final Instant TIME = Instant.parse("2026-03-01T07:08:09.012345Z");

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("access.log");
    }

    /** A record that a number tells from others. */
    private static ConnectionRecord numbered(int number) {
        return new ConnectionRecord(
                TIME,
                Protocol.TCP,
                Endpoint.parse("192.0.2.7:51234"),
                Endpoint.parse("10.0.0.1:80"),
                ServiceKey.tcp("10.0.0.1:80"),
                Endpoint.parse("192.168.1.1:8080"),
                number,
                12,
                Duration.ofNanos(61_000_002_999L),
                Duration.ofNanos(250_999),
                null,
                1,
                End.CLOSED);
    }

    private static ConnectionRecord withoutAnything() {
        return new ConnectionRecord(
                TIME, Protocol.UDP, null, null, null, null, 0, 0, Duration.ZERO, null, null, 0, End.LOCAL);
    }

    private static List<Integer> numbers(List<String> lines) {
        return lines.stream().map(line -> Integer.valueOf(line.split(" ")[6])).toList();
    }

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static void add(AccessLog log, int from, int to) {
        IntStream.range(from, to).forEach(number -> log.accept(numbered(number)));
    }

    @Test
    void text_values_inTheirOrder() throws Exception {
        try (AccessLog log = AccessLog.builder(file()).start()) {
            log.accept(numbered(345));
            log.accept(withoutAnything());
            log.accept(new ConnectionRecord(
                    TIME,
                    Protocol.TCP,
                    Endpoint.parse("[2001:db8::1]:9"),
                    Endpoint.parse("[::1]:443"),
                    ServiceKey.mark(5, AddressFamily.IPV6),
                    null,
                    0,
                    0,
                    Duration.ofNanos(1),
                    null,
                    null,
                    0,
                    End.NO_SERVER));
        }
        assertThat(Files.readAllLines(file()))
                .containsExactly(
                        "2026-03-01T07:08:09.012Z TCP 192.0.2.7:51234 10.0.0.1:80 TCP/10.0.0.1:80 192.168.1.1:8080"
                                + " 345 12 61.000002 0.000250 - 1 closed",
                        "2026-03-01T07:08:09.012Z UDP - - - - 0 0 0.000000 - - 0 local",
                        "2026-03-01T07:08:09.012Z TCP [2001:db8::1]:9 [::1]:443 FWM/5/IPv6 - 0 0 0.000000 - - 0"
                                + " no-server");
    }

    @Test
    void line_longestValues_fitInBothFormats() throws Exception {
        Endpoint longest = Endpoint.parse("[1111:2222:3333:4444:5555:6666:7777:8888]:65535");
        ConnectionRecord ended = new ConnectionRecord(
                Instant.parse("+999999999-12-31T23:59:59Z"),
                Protocol.TCP,
                longest,
                longest,
                ServiceKey.named("n".repeat(64)),
                longest,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                Duration.ofSeconds(Long.MAX_VALUE),
                Duration.ofSeconds(Long.MAX_VALUE),
                Duration.ofSeconds(Long.MAX_VALUE),
                Integer.MAX_VALUE,
                End.UNIDENTIFIED);
        for (AccessLog.Format format : AccessLog.Format.values()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            AccessLog log = AccessLog.builder(out).format(format).start();
            log.accept(ended);
            log.close();
            assertThat(log.written()).isOne();
            assertThat(out.size()).isLessThan(AccessLogLines.MOST_BYTES);
        }
    }

    @Test
    void close_manyRecords_noneIsLost() throws Exception {
        AccessLog log = AccessLog.builder(file()).start();
        add(log, 0, 20_000);
        log.close();
        log.close();
        assertThat(numbers(Files.readAllLines(file()))).isEqualTo(upTo(20_000));
        assertThat(log.written()).isEqualTo(20_000);
        log.accept(numbered(1));
        assertThat(log.dropped()).isOne();
        assertThat(log.failures()).isZero();
    }

    @Test
    void accept_quietLog_writtenBeforeItIsClosed() throws Exception {
        try (AccessLog log = AccessLog.builder(file()).start()) {
            log.accept(numbered(0));
            Loopback.await("the line", () -> log.written() == 1);
            assertThat(Files.readAllLines(file())).hasSize(1);
        }
    }

    @Test
    void accept_streamThatBlocks_dropsAreCountedAndTold() throws Exception {
        for (AccessLog.Format format : AccessLog.Format.values()) {
            CountDownLatch writing = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            OutputStream blocked = new OutputStream() {
                @Override
                public void write(int one) {
                    throw new AssertionError("single bytes are not written");
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    writing.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    written.write(bytes, offset, length);
                }
            };
            try (AccessLog log =
                    AccessLog.builder(blocked).format(format).queueCapacity(10).start()) {
                log.accept(numbered(0));
                assertThat(writing.await(20, TimeUnit.SECONDS)).isTrue();
                add(log, 1, 18);
                assertThat(log.dropped()).isEqualTo(7);
                go.countDown();
                Loopback.await("the rest", () -> log.written() == 11);
            }
            List<String> lines =
                    written.toString(StandardCharsets.UTF_8).lines().toList();
            assertThat(lines).hasSize(12);
            if (format == AccessLog.Format.JSON) {
                JsonObject dropped = JsonParser.parseString(lines.get(1)).getAsJsonObject();
                assertThat(dropped.get("dropped").getAsInt()).isEqualTo(7);
                assertThat(Instant.parse(dropped.get("time").getAsString())).isAfter(TIME);
            } else {
                assertThat(lines.get(1)).endsWith("Z dropped 7");
            }
        }
    }

    @Test
    void file_ofItsSize_isRotatedAndTheOldestIsDeleted() throws Exception {
        AccessLog log =
                AccessLog.builder(file()).maxFileBytes(65_536).keptFiles(2).start();
        for (int i = 0; i < 2_000; i += 100) {
            add(log, i, i + 100);
            int all = i + 100;
            Loopback.await("the lines", () -> log.written() == all);
        }
        log.close();
        Path one = directory.resolve("access.log.1");
        Path two = directory.resolve("access.log.2");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactlyInAnyOrder(file(), one, two);
        }
        List<Integer> left = new ArrayList<>();
        for (Path each : List.of(two, one, file())) {
            assertThat(Files.size(each)).isLessThanOrEqualTo(65_536);
            left.addAll(numbers(Files.readAllLines(each)));
        }
        assertThat(left).isEqualTo(IntStream.range(left.get(0), 2_000).boxed().toList());
        assertThat(left.size()).isGreaterThan(800);
        assertThat(log.failures()).isZero();
    }

    @Test
    void rotation_noFileKept_beginsAgain() throws Exception {
        AccessLog log =
                AccessLog.builder(file()).maxFileBytes(65_536).keptFiles(0).start();
        add(log, 0, 1_000);
        log.close();
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file());
        }
        assertThat(Files.size(file())).isLessThanOrEqualTo(65_536);
        assertThat(log.written()).isEqualTo(1_000);
    }

    @Test
    void rotation_impossible_theFileGrowsAndNothingIsLost() throws Exception {
        // A directory in the place of the rotated file that is not empty cannot be replaced, even by root.
        Files.createDirectories(directory.resolve("access.log.1").resolve("occupied"));
        AccessLog log =
                AccessLog.builder(file()).maxFileBytes(65_536).keptFiles(1).start();
        add(log, 0, 2_000);
        log.close();
        assertThat(numbers(Files.readAllLines(file()))).isEqualTo(upTo(2_000));
        assertThat(log.failures()).isPositive();
        assertThat(log.dropped()).isZero();
    }

    @Test
    void rotation_ofAFileThatAnotherProcessHasRotated_onlyReopens() throws Exception {
        try (AccessLog one = AccessLog.builder(file()).maxFileBytes(65_536).start();
                AccessLog two = AccessLog.builder(file()).maxFileBytes(65_536).start()) {
            add(one, 0, 400);
            Loopback.await("the first", () -> one.written() == 400);
            add(two, 400, 600);
            Loopback.await("the second", () -> two.written() == 200);
            add(one, 600, 800);
            Loopback.await("the first", () -> one.written() == 600);
        }
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(2);
        }
        List<Integer> all = new ArrayList<>(numbers(Files.readAllLines(directory.resolve("access.log.1"))));
        assertThat(all).startsWith(upTo(400).toArray(Integer[]::new));
        all.addAll(numbers(Files.readAllLines(file())));
        assertThat(all).containsExactlyInAnyOrderElementsOf(upTo(800));
    }

    @Test
    void reopen_afterARename_nextLinesAreInANewFile() throws Exception {
        Path old = directory.resolve("old");
        try (AccessLog log = AccessLog.builder(file()).start()) {
            add(log, 0, 5);
            Loopback.await("the lines", () -> log.written() == 5);
            Files.move(file(), old);
            log.reopen();
            Loopback.await("the file", () -> Files.exists(file()));
            add(log, 5, 10);
        }
        assertThat(numbers(Files.readAllLines(old))).isEqualTo(upTo(5));
        assertThat(numbers(Files.readAllLines(file()))).containsExactly(5, 6, 7, 8, 9);
    }

    @Test
    void file_removed_isCreatedAgain() throws Exception {
        try (AccessLog log = AccessLog.builder(file()).start()) {
            add(log, 0, 1);
            Loopback.await("the line", () -> log.written() == 1);
            Files.delete(file());
            add(log, 1, 2);
        }
        assertThat(numbers(Files.readAllLines(file()))).containsExactly(1);
    }

    @Test
    void directory_gone_linesWaitUntilItIsBack() throws Exception {
        Path below = Files.createDirectory(directory.resolve("below"));
        Path log = below.resolve("access.log");
        try (AccessLog access = AccessLog.builder(log).start()) {
            Files.delete(log);
            Files.delete(below);
            add(access, 0, 3);
            Loopback.await("two failures", () -> access.failures() >= 2);
            assertThat(access.written()).isZero();
            Files.createDirectory(below);
            Loopback.await("the lines", () -> access.written() == 3);
            assertThat(numbers(Files.readAllLines(log))).isEqualTo(upTo(3));
            assertThat(access.dropped()).isZero();
        }
    }

    @Test
    void disk_full_countsFailuresAndDropsTheRestAtTheEnd() throws Exception {
        Path full = Path.of("/dev/full");
        assumeThat(full).as("SKIPPED: no /dev/full").exists();
        AccessLog log = AccessLog.builder(full).queueCapacity(400).start();
        add(log, 0, 10);
        Loopback.await("two failures", () -> log.failures() >= 2);
        add(log, 10, 500);
        log.close();
        assertThat(log.written()).isZero();
        assertThat(log.dropped()).isEqualTo(500);
        assertThat(full).exists();
    }

    @Test
    void start_existingFile_isAppendedToFromANewLine() throws Exception {
        Files.writeString(file(), "half a line");
        try (AccessLog log = AccessLog.builder(file()).start()) {
            add(log, 0, 1);
        }
        assertThat(Files.readAllLines(file())).hasSize(2).first().isEqualTo("half a line");
    }

    @Test
    void start_symbolicLink_itsFileIsWrittenAndRotated() throws Exception {
        Path target = directory.resolve("target.log");
        Files.createSymbolicLink(file(), target);
        try (AccessLog log = AccessLog.builder(file()).maxFileBytes(65_536).start()) {
            add(log, 0, 700);
        }
        assertThat(file()).isSymbolicLink();
        assertThat(target).isRegularFile();
        List<Integer> all = new ArrayList<>(numbers(Files.readAllLines(target)));
        for (int number = 1; Files.exists(directory.resolve("target.log." + number)); number++) {
            all.addAll(numbers(Files.readAllLines(directory.resolve("target.log." + number))));
        }
        assertThat(directory.resolve("target.log.1")).isRegularFile();
        assertThat(all).containsExactlyInAnyOrderElementsOf(upTo(700));
        assertThat(directory.resolve("access.log.1")).doesNotExist();
    }

    @Test
    void start_newFile_othersCannotReadIt() throws Exception {
        assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("posix");
        AccessLog.builder(file()).start().close();
        assertThat(PosixFilePermissions.fromString("rw-r-----")).containsAll(Files.getPosixFilePermissions(file()));
    }

    @Test
    void start_impossible_everyReason() {
        assertThatThrownBy(() ->
                        AccessLog.builder(directory.resolve("none/access.log")).start())
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> AccessLog.builder(directory).start()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> AccessLog.builder(file())
                        .queueCapacity(0)
                        .maxFileBytes(1)
                        .keptFiles(-1)
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("queue capacity 0", "bytes of a file 1", "kept files -1");
        assertThat(file()).doesNotExist();
    }

    @Test
    void meters_inTheDocs_areThoseOfARegistry() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (AccessLog log = AccessLog.builder(file()).start();
                AccessLogMetrics metrics = AccessLogMetrics.of(log)) {
            metrics.bindTo(registry);
            metrics.bindTo(prometheus);
            DocumentedMeters.assertEqual("lvs.access.log.", registry, prometheus.scrape());
            log.accept(numbered(0));
            Loopback.await(
                    "the count",
                    () -> registry.get("lvs.access.log.written")
                                    .functionCounter()
                                    .count()
                            == 1);
        }
        assertThat(registry.getMeters()).isEmpty();
    }
}
