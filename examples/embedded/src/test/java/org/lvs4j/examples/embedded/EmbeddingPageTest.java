package org.lvs4j.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lvs4j.Director;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.DrainProgress;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Runs the steps of {@code docs/embedding.md}, whose blocks of Java are lines of this folder's sources. */
@Timeout(60)
final class EmbeddingPageTest {
    private static final Path PAGE = Path.of("../../docs/embedding.md");
    private static final Pattern JAVA_BLOCK =
            Pattern.compile("^```java\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void page_everyJavaBlock_isCompiledAndRunHere() throws IOException {
        List<String> blocks = JAVA_BLOCK
                .matcher(Files.readString(PAGE))
                .results()
                .map(block -> withoutIndentation(block.group(1)))
                .toList();
        List<String> sources;
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .map(EmbeddingPageTest::read)
                    .map(EmbeddingPageTest::withoutIndentation)
                    .toList();
        }

        assertThat(blocks).hasSizeGreaterThan(4);
        assertThat(blocks).allSatisfy(block -> assertThat(sources).anyMatch(source -> source.contains(block)));
    }

    @Test
    void steps_inOrder_relayMonitorDrainAndShutDown() throws Exception {
        HttpServer first = startServer("apple");
        HttpServer second = startServer("banana");
        RealServer apple = RealServer.of("127.0.0.1:" + first.getAddress().getPort());
        RealServer banana = RealServer.of("127.0.0.1:" + second.getAddress().getPort());
        ServiceKey web = ServiceKey.tcp("127.0.0.1:0");

        Director director = Director.create();
        director.addService(VirtualService.of(web, "rr"), apple, banana);
        Relay relay = Relay.start(director);

        InetSocketAddress address = relay.address(web);
        assertThat(List.of(get(address), get(address))).containsExactlyInAnyOrder("apple", "banana");

        CheckSchedule every2s =
                CheckSchedule.builder().interval(Duration.ofSeconds(2)).build();
        HealthMonitor monitor = HealthMonitor.builder(director)
                .check(web, server -> HttpCheck.of(ProbeTarget.of(server.endpoint()), every2s, "/health"))
                .listener(event -> System.out.println(event))
                .start();

        while (monitor.snapshot().passed() < 2) {
            TimeUnit.MILLISECONDS.sleep(10);
        }

        Drain drain = director.drain(web, apple.endpoint(), DrainOptions.within(Duration.ofMinutes(2)));

        assertThat(List.of(get(address), get(address))).containsExactly("banana", "banana");
        DrainProgress progress = drain.progress();
        while (!progress.phase().over()) {
            TimeUnit.MILLISECONDS.sleep(10);
            progress = drain.progress();
        }
        assertThat(progress.ended()).isZero();

        drain.abort();

        assertThat(List.of(get(address), get(address))).containsExactlyInAnyOrder("apple", "banana");

        boolean nothingCut = relay.drain(Duration.ofSeconds(30));
        monitor.close();

        assertThat(nothingCut).isTrue();
        assertThatThrownBy(() -> get(address)).isInstanceOf(ConnectException.class);
        first.stop(0);
        second.stop(0);
    }

    private static String get(InetSocketAddress address) throws IOException {
        try (InputStream page = URI.create("http:/" + address).toURL().openStream()) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static HttpServer startServer(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Connection", "close");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(name.getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String withoutIndentation(String text) {
        return text.replaceAll("(?m)^ +", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
