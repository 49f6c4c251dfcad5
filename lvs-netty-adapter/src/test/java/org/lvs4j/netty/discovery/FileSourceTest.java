package org.lvs4j.netty.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.service.ServiceKey;

final class FileSourceTest {
    private static final String ONE = "[\"10.0.0.1:80\"]";
    private static final String TWO = "[\"10.0.0.1:80\", {\"server\": \"[fd00::2]:80\", \"weight\": 3}]";

    @TempDir
    Path directory;

    private final Recorder recorder = new Recorder();
    private final List<ServerSource.Subscription> subscriptions = new ArrayList<>();
    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("servers");
    }

    @AfterEach
    void close() {
        subscriptions.forEach(ServerSource.Subscription::close);
        Recorder.awaitNoThread("lvs-file");
    }

    private FileSource.Builder builder() {
        return FileSource.builder(file).interval(Duration.ofMillis(10));
    }

    private void start(FileSource.Builder source) {
        subscriptions.add(source.build().subscribe(recorder));
    }

    /** What another source tells first. */
    private Recorder other(FileSource.Builder source) {
        Recorder other = new Recorder();
        subscriptions.add(source.build().subscribe(other));
        return other;
    }

    private List<String> started(FileSource.Builder source) throws InterruptedException {
        start(source);
        return recorder.servers();
    }

    /** Replaces the file as a whole. */
    private void replace(String text) throws IOException {
        Path other = Files.writeString(directory.resolve("next"), text);
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void json_replacedAndRewritten_followed() throws Exception {
        replace(ONE);
        List<String> one = started(builder());
        assertThat(one).containsExactly("10.0.0.1:80");
        replace(TWO);
        List<String> two = recorder.serversAfter(one);
        assertThat(two).containsExactly("10.0.0.1:80", "[fd00::2]:80 3");
        Files.writeString(file, ONE);
        List<String> back = recorder.serversAfter(two);
        assertThat(back).isEqualTo(one);
        // As long as before.
        Files.writeString(file, "[\"10.0.0.9:80\"]");
        assertThat(recorder.serversAfter(back)).containsExactly("10.0.0.9:80");
    }

    @Test
    void file_deleted_reportedOnceAndFollowedWhenItReturns() throws Exception {
        replace(ONE);
        List<String> one = started(builder());
        Files.delete(file);
        assertThat(nextFailure(one)).isInstanceOf(IOException.class).hasMessage(file + ": no such file");
        replace(TWO);
        assertThat(recorder.servers()).hasSize(2);
    }

    /** The next failure; the servers may be told again before it. */
    private Throwable nextFailure(List<String> again) throws InterruptedException {
        Object event = recorder.next();
        while (event.equals(again)) {
            event = recorder.next();
        }
        assertThat(event).isInstanceOf(Throwable.class);
        return (Throwable) event;
    }

    @Test
    void file_halfWritten_readOnlyWhenItIsWhole() throws Exception {
        replace("-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 5\n");
        List<String> before = started(builder());
        assertThat(before).containsExactly("10.0.0.2:80 5");
        String whole = "{\"orders\": " + TWO + "}";
        Files.writeString(file, whole.substring(0, 20));
        assertThat(nextFailure(before))
                .hasMessage(file + ":1:21: this is not JSON: Unterminated string; expected a list of servers in JSON");
        Files.writeString(file, whole);
        assertThat(recorder.servers()).containsExactly("10.0.0.1:80", "[fd00::2]:80 3");
    }

    @Test
    void file_writtenAllTheTime_notReadBeforeTwoLooksAreEqual() throws Exception {
        replace(ONE);
        FileTime old = FileTime.from(Instant.now().minusSeconds(60));
        Files.setLastModifiedTime(file, old);
        List<String> one = started(FileSource.builder(file).interval(Duration.ofMillis(300)));
        long begin = System.nanoTime();
        replace(TWO);
        Files.setLastModifiedTime(file, old);
        assertThat(recorder.serversAfter(one)).hasSize(2);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(290));
    }

    @Test
    void symbolicLink_folderSwapped_followed() throws Exception {
        Path first = Files.createDirectory(directory.resolve("..first"));
        Path second = Files.createDirectory(directory.resolve("..second"));
        Files.writeString(first.resolve("servers"), ONE);
        Files.writeString(second.resolve("servers"), TWO);
        Path data = Files.createSymbolicLink(directory.resolve("..data"), first);
        Files.createSymbolicLink(file, data.resolve("servers"));
        List<String> one = started(builder());
        Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), second);
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
        assertThat(recorder.serversAfter(one)).hasSize(2);
    }

    @Test
    void file_directoryFifoTooLongOrEmpty_reported() throws Exception {
        Files.createDirectory(file);
        start(builder().maxBytes(100));
        assertThat(recorder.failure()).hasMessage(file + ": not a regular file");
        Files.delete(file);
        assertThat(recorder.failure()).hasMessage(file + ": no such file");
        replace(" ".repeat(101));
        assertThat(recorder.failure()).hasMessage(file + ": longer than 100 bytes");
        replace("");
        assertThat(recorder.failure()).hasMessage(file + ": empty");
        replace(ONE);
        assertThat(recorder.servers()).containsExactly("10.0.0.1:80");
    }

    @Test
    void file_fifo_reportedAndNotOpened() throws Exception {
        assumeThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        start(builder());
        assertThat(recorder.failure()).hasMessage(file + ": not a regular file");
    }

    @Test
    @Tag("slow")
    void observer_refuses_toldAgain() throws Exception {
        replace(ONE);
        AtomicInteger calls = new AtomicInteger();
        subscriptions.add(builder().build().subscribe(new Recorder() {
            @Override
            public void found(Collection<FoundServer> servers) {
                if (calls.incrementAndGet() == 1) {
                    throw new IllegalStateException("no such service");
                }
                recorder.found(servers);
            }
        }));
        assertThat(recorder.servers()).containsExactly("10.0.0.1:80");
    }

    @Test
    void rules_serversAndWeightsOfTheService_taken() throws Exception {
        replace("""
                -A -t 10.0.0.1:80 -s wlc
                -a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 2
                -a -t 10.0.0.1:80 -r 10.0.0.3:80 -m -w 0
                -A -u 10.0.0.1:53 -s rr
                -a -u 10.0.0.1:53 -r 10.0.0.4:53 -m
                """);
        assertThat(other(builder().service(ServiceKey.udp("10.0.0.1:53"))).servers())
                .containsExactly("10.0.0.4:53 1");
        assertThat(other(builder().service(ServiceKey.tcp("10.0.0.1:80"))).servers())
                .containsExactly("10.0.0.2:80 2", "10.0.0.3:80 0");
        assertThat(other(builder()).failure())
                .hasMessageStartingWith(file + ": expected one service, not ")
                .hasMessageContaining("TCP 10.0.0.1:80");
        assertThat(other(builder().service(ServiceKey.named("orders"))).failure())
                .hasMessageStartingWith(file + ": there is no service orders but ");
    }

    @Test
    void keepalivedFile_serversAndWeights_taken() throws Exception {
        replace("""
                virtual_server 10.0.0.1 80 {
                    lvs_sched rr
                    protocol TCP
                    real_server 10.0.0.2 8080 {
                        weight 4
                        TCP_CHECK {
                        }
                    }
                }
                """);
        assertThat(started(builder().service(ServiceKey.tcp("10.0.0.1:80")))).containsExactly("10.0.0.2:8080 4");
    }

    @Test
    void json_listsByService_theOneChosen() throws Exception {
        replace("{\"orders\": [\"10.0.0.1:80\"], \"TCP 10.0.0.9:80\": []}");
        assertThat(other(builder().service(ServiceKey.named("orders"))).servers())
                .containsExactly("10.0.0.1:80");
        assertThat(other(builder().service(ServiceKey.tcp("10.0.0.9:80"))).servers())
                .isEmpty();
        assertThat(other(builder()).failure()).hasMessage(file + ": expected one service, not orders, TCP 10.0.0.9:80");
    }

    @Test
    void json_malformed_refusedWithItsPlace() {
        assertRefused(
                "[\n \"10.0.0.1\"]", "2:", "not an address and port '10.0.0.1'; expected 10.0.0.1:80 or [fd00::1]:80");
        assertRefused("[{\"weight\": 1}]", "1:", "there is no server; expected");
        assertRefused("[{\"server\": \"10.0.0.1:80\", \"wait\": 1}]", "1:", "unknown or repeated key 'wait'; expected");
        assertRefused(
                "[{\"server\": \"10.0.0.1:80\", \"weight\": 1.5}]", "1:", "not a weight '1.5'; expected 0..65535");
        assertRefused(
                "[{\"server\": \"10.0.0.1:80\",\n\"weight\": 65536}]", "2:", "not a weight '65536'; expected 0..65535");
        assertRefused("[\"10.0.0.1:80\",\n\"10.0.0.1:80\"]", "2:", "a server is given twice: '10.0.0.1:80'; expected");
        assertRefused("[\"10.0.0.1:80\",]", "1:", "expected");
        assertRefused("[\"10.0.0.1:80\"", "1:", "the file ends too early; expected");
        assertRefused("[] []", "1:", "expected");
        assertRefused("['10.0.0.1:80']", "1:", "this is not JSON: ");
        assertRefused("{\"a\": [], \"a\": []}", "1:", "expected");
        assertRefused("{\"a\": 1}", "1:", "here is NUMBER; expected a list of servers");
        assertRefused("[[]]", "1:", "here is BEGIN_ARRAY; expected");
    }

    private static void assertRefused(String text, String line, String message) {
        assertThatThrownBy(() -> ServerFile.read(
                        Path.of("servers.json"),
                        text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        FileSource.Format.JSON,
                        null))
                .isInstanceOf(FileException.class)
                .hasMessageStartingWith("servers.json:" + line)
                .hasMessageContaining(message);
    }

    @Test
    void rules_malformed_refusedWithTheirPlace() throws Exception {
        replace("-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r nowhere\n");
        start(builder());
        assertThat(recorder.failure()).hasMessageStartingWith(file + ":2:");
    }

    @Test
    void builder_outOfRange_everyProblemNamed() {
        assertThatThrownBy(() -> builder().interval(Duration.ZERO).maxBytes(0).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + ": interval must be PT0.01S..PT1H, not PT0S; maxBytes must be 1..67108864, not 0");
        assertThat(FileSource.of(file, ServiceKey.named("orders"))).hasToString(file.toString());
    }
}
