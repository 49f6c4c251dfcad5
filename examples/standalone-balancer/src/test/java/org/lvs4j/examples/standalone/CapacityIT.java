package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code lvsd} with a heap of 256 MB under load: many connections, large bodies, slow clients, many requests. */
@Timeout(180)
class CapacityIT {
    private static final long MEGABYTE = 1 << 20;
    private static final long BODY_BYTES = 1 << 30;
    private static final String HEAP = "-Xmx256m";

    @TempDir
    private static Path directory;

    private static WebSite site;
    private static long bodyChecksum;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Programs.require("nginx", "nginx-light");
        bodyChecksum = writeBody(directory.resolve("gigabyte"));
        site = new WebSite(directory, directory);
    }

    @AfterAll
    static void stop() {
        if (site != null) {
            site.close();
        }
    }

    /** Every block is different, so that a lost, duplicated or reordered one is detected. */
    private static long writeBody(Path file) throws IOException {
        CRC32C checksum = new CRC32C();
        byte[] block = new byte[(int) MEGABYTE];
        new SplittableRandom(1).nextBytes(block);
        try (OutputStream out = new CheckedOutputStream(
                new BufferedOutputStream(Files.newOutputStream(file), block.length), checksum)) {
            for (long written = 0; written < BODY_BYTES; written += block.length) {
                ByteBuffer.wrap(block).putLong(written).putLong(block.length / 2, written);
                out.write(block);
            }
        }
        return checksum.getValue();
    }

    @Test
    void connections_fiveThousandIdle_allAnswer() throws Exception {
        int count = 5000;
        Programs.requireOpenFiles(3 * count);
        List<SocketChannel> clients = new ArrayList<>(count);
        try (Daemon lvsd = Daemon.start(directory, HEAP, site.rulesFile("rr", 1, 1, 1))) {
            InetSocketAddress service = address(site.service());
            for (int i = 0; i < count; i++) {
                clients.add(SocketChannel.open(service));
            }
            lvsd.await(count + " active connections", () -> sumOfColumn(lvsd, 4) == count);

            for (int i = 0; i < count; i += 10) {
                assertThat(new WebSite.HeldConnection(clients.get(i).socket()).request())
                        .matches("[abc]");
            }

            assertThat(sumOfColumn(lvsd, 4)).isEqualTo(count);
            closeAll(clients);
            lvsd.await("every connection to end", () -> allHaveEnded(lvsd));
        } finally {
            closeAll(clients);
        }
    }

    private static void closeAll(List<SocketChannel> clients) throws IOException {
        for (SocketChannel client : clients) {
            client.close();
        }
        clients.clear();
    }

    private static InetSocketAddress address(String endpoint) {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(endpoint.substring(endpoint.indexOf(':') + 1)));
    }

    /** Whether all connections have ended: those that are listed only linger. */
    private static boolean allHaveEnded(Daemon lvsd) {
        try {
            return lvsd.listing("-L", "-n", "-c")
                    .lines()
                    .skip(2)
                    .allMatch(line -> line.contains(" TIME_WAIT ") || line.contains(" CLOSE "));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The sum over all servers of a column of {@code -Ln}: 4 for active connections, 5 for inactive ones. */
    private static int sumOfColumn(Daemon lvsd, int column) {
        try {
            return lvsd.listing("-L", "-n")
                    .lines()
                    .skip(3)
                    .filter(line -> line.startsWith("  -> "))
                    .mapToInt(line -> Integer.parseInt(line.trim().split(" +")[column]))
                    .sum();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void body_oneGibibyte_arrivesIntact() throws Exception {
        Path curl = Programs.require("curl", "curl");
        try (Daemon lvsd = Daemon.start(directory, HEAP, site.rulesFile("rr", 1, 1, 1))) {
            Process download = new ProcessBuilder(
                            curl.toString(), "--silent", "--show-error", "--fail", site.url() + "files/gigabyte")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            CRC32C checksum = new CRC32C();
            long length = 0;
            try (InputStream body = download.getInputStream()) {
                byte[] buffer = new byte[1 << 18];
                for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                    checksum.update(buffer, 0, read);
                    length += read;
                }
            }
            assertThat(download.waitFor()).isZero();
            assertThat(length).isEqualTo(BODY_BYTES);
            assertThat(checksum.getValue()).isEqualTo(bodyChecksum);
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void clients_notReading_serverThrottledAndMemoryBounded() throws Exception {
        int count = 40;
        List<SocketChannel> clients = new ArrayList<>(count);
        try (Daemon lvsd = Daemon.start(directory, HEAP, site.rulesFile("rr", 1, 1, 1))) {
            site.request(50);
            long before = lvsd.residentBytes();
            for (int i = 0; i < count; i++) {
                SocketChannel client = SocketChannel.open();
                clients.add(client);
                client.setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
                client.connect(address(site.service()));
                client.write(
                        ByteBuffer.wrap("GET /files/gigabyte HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            }
            lvsd.await("the servers to be held back", () -> isStalled(lvsd));

            // The kernel buffers of the sockets on both sides, and the bounded buffer of the relay.
            assertThat(bytesFromServers(lvsd)).isLessThan(count * 16 * MEGABYTE);
            assertThat(lvsd.residentBytes() - before).isLessThan(100 * MEGABYTE);
            assertThat(site.request(30)).hasSize(3);
        } finally {
            closeAll(clients);
        }
    }

    private static boolean isStalled(Daemon lvsd) {
        long before = bytesFromServers(lvsd);
        return before > 0 && before == bytesFromServers(lvsd);
    }

    private static long bytesFromServers(Daemon lvsd) {
        try {
            String service = lvsd.listing("-L", "-n", "--stats", "--exact")
                    .lines()
                    .skip(3)
                    .findFirst()
                    .orElseThrow();
            String[] columns = service.trim().split(" +");
            return Long.parseLong(columns[columns.length - 1]);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void load_wrkForFiveSeconds_noSocketErrorAndNoErrorStatus() throws Exception {
        Path wrk = Programs.require("wrk", "wrk");
        try (Daemon lvsd = Daemon.start(directory, HEAP, site.rulesFile("wlc", 1, 1, 1))) {
            Programs.Result result =
                    Programs.run(wrk.toString(), "-t1", "-c64", "-d5s", "--timeout", "10s", site.url());

            assertThat(result.exitCode()).as(result.error()).isZero();
            assertThat(result.output()).doesNotContain("Socket errors").doesNotContain("Non-2xx");
            Matcher requests = Pattern.compile("(\\d+) requests in").matcher(result.output());
            assertThat(requests.find()).isTrue();
            assertThat(Long.parseLong(requests.group(1))).isGreaterThan(1000);
            System.out.println("wrk through lvsd: "
                    + result.output()
                            .lines()
                            .filter(line -> line.contains("Requests/sec"))
                            .findFirst()
                            .orElse("?"));
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void load_newConnectionForEveryRequest_noSocketError() throws Exception {
        Path wrk = Programs.require("wrk", "wrk");
        try (Daemon lvsd = Daemon.start(directory, HEAP, site.rulesFile("wlc", 1, 1, 1))) {
            Programs.Result result = Programs.run(
                    wrk.toString(), "-t1", "-c16", "-d2s", "--timeout", "10s", "-H", "Connection: close", site.url());

            assertThat(result.output()).doesNotContain("Socket errors").doesNotContain("Non-2xx");
            lvsd.await("every connection to end", () -> allHaveEnded(lvsd));
        }
    }
}
