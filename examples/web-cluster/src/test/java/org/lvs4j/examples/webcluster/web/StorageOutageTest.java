package org.lvs4j.examples.webcluster.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.examples.webcluster.web.Client.header;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.examples.webcluster.process.ChildProcess;
import org.lvs4j.examples.webcluster.process.FreePorts;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.DatabaseFixture;

/** The database in a process of its own, which is stopped and started again. */
class StorageOutageTest {
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

    @TempDir
    private Path directory;

    private ChildProcess startStorage(int port) throws IOException {
        return ChildProcess.start(
                "storage",
                List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                Map.of("DATABASE_USER", "shop", "DATABASE_PASSWORD", "password"),
                Commands.class,
                List.of("storage", "--child", "--port", Integer.toString(port), "--directory", directory.toString()));
    }

    @Test
    void stop_confirmedOrderAndSession_stillThereAfterRestart() throws Exception {
        int port = FreePorts.of(1, "127.0.0.1")[0];
        WebServerFixture.prepare(directory);
        String url = "jdbc:h2:tcp://127.0.0.1:" + port + "/shop";
        // Starts before the database.
        try (Database database = DatabaseFixture.open(url);
                WebServerFixture web1 =
                        WebServerFixture.start("web1", directory, database, WebSettings.SessionStore.database, 0)) {
            Client client = new Client(directory.resolve("tls/authority.pem"));
            assertOutage(client.get(web1.https("/")));
            String order;
            try (ChildProcess storage = startStorage(port)) {
                assertThat(storage.ready()).isEqualTo(url);
                awaitOk(client, web1.https("/"));
                order = orderAtTwoServers(client, url, web1);
            }
            assertOutage(client.get(web1.https(order)));
            assertOutage(client.post(web1.https("/basket/add"), "product=1"));
            assertThat(client.get(web1.https("/health")).body()).isEqualTo("web1 ok\n");
            assertThat(client.get(web1.https("/files/products/mug.svg")).statusCode())
                    .isEqualTo(200);

            try (ChildProcess storage = startStorage(port)) {
                storage.ready();
                awaitOk(client, web1.https("/"));

                HttpResponse<String> kept = client.get(web1.https(order));
                assertThat(kept.statusCode()).isEqualTo(200);
                assertThat(kept.body()).contains("Pocket compass", "€104.00", "web2");
                assertThat(header(kept, "X-Session")).isEqualTo("known");
            }
        }
    }

    private String orderAtTwoServers(Client client, String url, WebServerFixture web1) throws Exception {
        try (Database database = DatabaseFixture.open(url);
                WebServerFixture web2 =
                        WebServerFixture.start("web2", directory, database, WebSettings.SessionStore.database, 0)) {
            client.post(web1.https("/basket/add"), "product=4&count=2");
            client.post(web2.https("/sign-up"), Map.of("name", "Survivor", "password", "long enough"));
            assertThat(header(client.get(web1.https("/orders")), "X-Session")).isEqualTo("known");
            Matcher token = TOKEN.matcher(client.get(web1.https("/basket")).body());
            assertThat(token.find()).isTrue();
            String order = header(client.post(web2.https("/checkout"), Map.of("token", token.group(1))), "Location");
            assertThat(order).startsWith("/orders/");
            return order;
        }
    }

    private static void assertOutage(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.body()).contains("nothing was ordered").doesNotContain("Exception");
    }

    private static void awaitOk(Client client, String url) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        int status;
        do {
            status = client.get(url).statusCode();
        } while (status != 200 && System.nanoTime() - deadline < 0);
        assertThat(status).isEqualTo(200);
    }
}
