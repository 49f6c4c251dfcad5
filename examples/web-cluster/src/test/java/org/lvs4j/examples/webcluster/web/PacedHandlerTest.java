package org.lvs4j.examples.webcluster.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.DatabaseFixture;

class PacedHandlerTest {
    private static final int RATE = 20;

    @TempDir
    private Path directory;

    @Test
    void handle_moreThanTheRate_spreadOverTimeHealthAtOnce() throws Exception {
        WebServerFixture.prepare(directory);
        try (Database database = DatabaseFixture.open();
                WebServerFixture server =
                        WebServerFixture.start("web1", directory, database, WebSettings.SessionStore.memory, RATE)) {
            HttpClient client = HttpClient.newHttpClient();
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.http("/files/products/mug.svg")))
                    .build();
            long start = System.nanoTime();

            List<CompletableFuture<HttpResponse<String>>> answers = Stream.generate(
                            () -> client.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                    .limit(RATE + 1)
                    .toList();
            HttpResponse<String> health = client.send(
                    HttpRequest.newBuilder(URI.create(server.http("/health"))).build(),
                    HttpResponse.BodyHandlers.ofString());
            long waiting = answers.stream().filter(answer -> !answer.isDone()).count();

            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(waiting).isPositive();
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(990));
        }
    }
}
