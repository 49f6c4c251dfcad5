package org.lvs4j.examples.webcluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.examples.webcluster.LoopbackServer.Reply;
import org.lvs4j.net.Endpoint;

/** Two web servers and the storage, in this process, without a director in front of them. */
@Tag("slow")
final class TiersTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Closed together at the end: each waits a second for requests that do not come. */
    private static final List<LoopbackServer> STARTED = new ArrayList<>();

    @TempDir
    Path directory;

    private LoopbackServer storage;
    private LoopbackServer status;
    private LoopbackServer web1;
    private LoopbackServer web2;

    @BeforeEach
    void start() throws Exception {
        storage = StorageServer.start(new FileStore(directory));
        status = LoopbackServer.start(
                request -> Reply.ok("application/json", "{}".getBytes(StandardCharsets.UTF_8)), Map.of());
        web1 = WebServer.start("web1", storage.address(), status.address());
        web2 = WebServer.start("web2", storage.address(), status.address());
        STARTED.addAll(List.of(storage, status, web1, web2));
    }

    @AfterAll
    static void stopAll() throws InterruptedException {
        List<Thread> closing =
                STARTED.stream().map(server -> new Thread(server::close)).toList();
        closing.forEach(Thread::start);
        for (Thread thread : closing) {
            thread.join();
        }
    }

    @Test
    void frontPage_twoWebServers_oneCounter() throws Exception {
        assertThat(get(web1, "/").body()).contains("<strong>web1</strong>", "<strong id=\"visits\">1</strong>");
        assertThat(get(web2, "/").body()).contains("<strong>web2</strong>", "<strong id=\"visits\">2</strong>");
        assertThat(get(web1, "/").body())
                .contains("<strong id=\"visits\">3</strong>")
                .doesNotContain("{{");
        assertThat(get(storage, "/counters/visits").body()).isEqualTo("3\n");
    }

    @Test
    void reply_anyPath_namesServerAndClosesConnection() throws Exception {
        for (String path : new String[] {"/", "/page.css", "/page.js", "/cluster.json", "/files", "/none"}) {
            HttpResponse<String> response = get(web2, path);
            assertThat(response.headers().firstValue(WebServer.SERVER_HEADER))
                    .as(path)
                    .contains("web2");
            assertThat(response.headers().firstValue("Connection")).as(path).contains("close");
        }
    }

    @Test
    void upload_throughOneServer_readThroughTheOther() throws Exception {
        assertThat(put(web1, "/files/a.txt", 5).statusCode()).isEqualTo(200);
        assertThat(get(web2, "/files/a.txt").body()).isEqualTo("xxxxx");
        assertThat(get(web2, "/files").body()).isEqualTo("a.txt\n");
        assertThat(get(web2, "/files/a.txt").headers().firstValue("Content-Type"))
                .contains(Reply.BYTES);
    }

    @Test
    void upload_tooLarge_refusedAndNotStored() throws Exception {
        assertThat(put(web1, "/files/large", FileStore.MAX_FILE_BYTES).statusCode())
                .isEqualTo(200);
        HttpResponse<String> refused = put(web1, "/files/larger", FileStore.MAX_FILE_BYTES * 3);
        assertThat(refused.statusCode()).isEqualTo(HttpException.TOO_LARGE);
        assertThat(refused.body()).contains("at most " + FileStore.MAX_FILE_BYTES);
        assertThat(put(storage, "/files/larger", FileStore.MAX_FILE_BYTES + 1).statusCode())
                .isEqualTo(HttpException.TOO_LARGE);
        assertThat(get(web1, "/files").body()).isEqualTo("large\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/files/..%2f..%2fetc%2fpasswd",
                "/files/%2e%2e/%2e%2e/etc/passwd",
                "/files//etc/passwd",
                "/files/",
                "/files/%00",
                "/files/a%0d%0ab",
                "/files/%C3%BC"
            })
    void path_outsideTheStore_refused(String path) throws Exception {
        for (LoopbackServer server : new LoopbackServer[] {storage, web1}) {
            assertThat(get(server, path).statusCode()).as("GET").isEqualTo(HttpException.BAD_REQUEST);
            assertThat(put(server, path, 5).statusCode()).as("PUT").isEqualTo(HttpException.BAD_REQUEST);
        }
        assertThat(directory.resolve("files")).isEmptyDirectory();
    }

    @Test
    void unknownPathOrMethod_refused() throws Exception {
        assertThat(get(web1, "/none").statusCode()).isEqualTo(HttpException.NOT_FOUND);
        assertThat(get(storage, "/none").statusCode()).isEqualTo(HttpException.NOT_FOUND);
        assertThat(get(storage, "/").statusCode()).isEqualTo(HttpException.NOT_FOUND);
        assertThat(get(web1, "/files/none").statusCode()).isEqualTo(HttpException.NOT_FOUND);
        HttpRequest delete =
                HttpRequest.newBuilder(uri(web1, "/files/a")).DELETE().build();
        assertThat(HTTP.send(delete, BodyHandlers.ofString()).statusCode()).isEqualTo(HttpException.METHOD_NOT_ALLOWED);
    }

    @Test
    void frontPage_lowerTierStopped_refusedWithReason() throws Exception {
        Endpoint storageAddress = storage.address();
        storage.close();
        status.close();
        HttpResponse<String> page = get(web1, "/");
        assertThat(page.statusCode()).isEqualTo(HttpException.UNAVAILABLE);
        assertThat(page.body()).contains(storageAddress.toString());
        assertThat(get(web1, "/cluster.json").statusCode()).isEqualTo(HttpException.UNAVAILABLE);
    }

    private static URI uri(LoopbackServer server, String path) {
        return URI.create("http://" + server.address() + path);
    }

    private static HttpResponse<String> get(LoopbackServer server, String path) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(uri(server, path)).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> put(LoopbackServer server, String path, int bytes) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(server, path))
                .PUT(BodyPublishers.ofString("x".repeat(bytes)))
                .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }
}
