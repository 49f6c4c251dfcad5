package org.lvs4j.examples.webcluster.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.lvs4j.examples.webcluster.web.Client.header;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.examples.webcluster.process.ChildProcess;
import org.lvs4j.examples.webcluster.process.FreePorts;

/** A web server behind an nginx, in a process that is killed at the end. */
class NginxTest {
    @TempDir
    private Path directory;

    @Test
    void nginx_inFrontOfJvm_servesFilesAndTlsAndEndsWithKilledJvm() throws Exception {
        if (!Nginx.installed()) {
            System.err.println("SKIPPED: NginxTest needs nginx: apt-get install nginx-light");
        }
        assumeTrue(Nginx.installed(), "nginx is not installed");
        WebServerFixture.prepare(directory);
        Files.writeString(directory.resolve("files/.hidden"), "secret");
        Files.createSymbolicLink(directory.resolve("files/link.txt"), directory.resolve("tls/server.key"));
        int[] ports = FreePorts.of(2, "127.0.0.1");
        String http = "http://127.0.0.1:" + ports[0];
        String https = "https://127.0.0.1:" + ports[1];
        try (ChildProcess web = start(ports)) {
            assertThat(web.ready()).isEqualTo("127.0.0.1:" + ports[0]);
            Client client = new Client(directory.resolve("tls/authority.pem"));

            HttpResponse<String> file = client.get(https + "/files/products/mug.svg");
            assertThat(header(file, "Server")).isEqualTo("nginx");
            assertThat(header(file, "X-Web-Server")).isEqualTo("web7");
            assertThat(file.body()).isEqualTo("<svg/>");
            assertThat(client.get(https + "/files/.hidden").statusCode()).isEqualTo(404);
            assertThat(client.get(https + "/files/link.txt").statusCode()).isEqualTo(404);
            assertThat(client.get(https + "/files/../tls/server.key").body()).doesNotContain("PRIVATE");

            client.post(http + "/basket/add", "product=1");
            assertThat(header(client.get(http + "/sign-in"), "Location")).isEqualTo(https + "/sign-in");
            HttpResponse<String> signedUp =
                    client.post(https + "/sign-up", Map.of("name", "Ann", "password", "long enough"));
            assertThat(header(signedUp, "Set-Cookie")).contains("Secure");
            assertThat(client.get(https + "/api/me").body()).contains("\"user\":\"Ann\"", "\"product\":1");
            // Headers with which a client might pretend to come over TLS.
            assertThat(client.post(
                                    http + "/sign-in",
                                    "name=Ann&password=x",
                                    "X-Forwarded-Proto",
                                    "https",
                                    "X-TLS-Session-Reused",
                                    "r")
                            .statusCode())
                    .isEqualTo(307);

            SSLContext visitor = Client.trust(directory.resolve("tls/authority.pem"));
            assertThat(TlsConnection.start(visitor, ports[1])).isEqualTo("new");
            assertThat(TlsConnection.start(visitor, ports[1])).isEqualTo("resumed");

            web.kill();
            awaitClosed(ports[0]);
        }
    }

    private ChildProcess start(int[] ports) throws IOException {
        return ChildProcess.start(
                "web7",
                List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                Map.of("DATABASE_USER", "shop", "DATABASE_PASSWORD", "password"),
                Commands.class,
                List.of(
                        "web",
                        "--child",
                        "--kind=nginx",
                        "--name=web7",
                        "--http=" + ports[0],
                        "--https=" + ports[1],
                        "--database=jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1",
                        "--files=" + directory.resolve("files"),
                        "--certificate=" + directory.resolve("tls/server.p12")));
    }

    private static void awaitClosed(int port) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() - deadline < 0) {
            try {
                new Socket("127.0.0.1", port).close();
            } catch (IOException e) {
                return;
            }
        }
        assertThat(port).as("a port that nginx has left").isZero();
    }
}
