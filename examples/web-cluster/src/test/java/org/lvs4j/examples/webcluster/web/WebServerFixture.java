package org.lvs4j.examples.webcluster.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.lvs4j.examples.webcluster.storage.Database;

/** A web server at 127.0.0.1 with files and a certificate in a directory. */
final class WebServerFixture implements AutoCloseable {
    private final WebServer server;

    private WebServerFixture(WebServer server) {
        this.server = server;
    }

    /** Creates what all servers of a directory share. */
    static void prepare(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("files/products"));
        Files.writeString(directory.resolve("files/products/mug.svg"), "<svg/>");
        Certificates.create(directory.resolve("tls"), List.of("127.0.0.1", "localhost"));
    }

    static WebServerFixture start(
            String name, Path directory, Database database, WebSettings.SessionStore sessions, int rate)
            throws IOException {
        return new WebServerFixture(WebServer.start(
                new WebSettings(
                        name,
                        "127.0.0.1",
                        0,
                        0,
                        0,
                        directory.resolve("files"),
                        directory.resolve("tls/server.p12"),
                        sessions,
                        WebSettings.Kind.jvm,
                        rate),
                database));
    }

    String http(String path) {
        return "http://127.0.0.1:" + server.httpPort() + path;
    }

    String https(String path) {
        return "https://127.0.0.1:" + server.httpsPort() + path;
    }

    int httpsPort() {
        return server.httpsPort();
    }

    @Override
    public void close() {
        server.close();
    }
}
