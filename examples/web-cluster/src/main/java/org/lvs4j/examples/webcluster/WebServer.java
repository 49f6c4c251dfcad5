package org.lvs4j.examples.webcluster;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.lvs4j.examples.webcluster.LoopbackServer.Reply;
import org.lvs4j.examples.webcluster.LoopbackServer.Request;
import org.lvs4j.net.Endpoint;

/**
 * The second tier: it serves pages and keeps nothing. The visit counter and the uploads are the storage's, the table of
 * the cluster is the director's, so that any web server can answer any client.
 */
final class WebServer {
    /** Names the web server that gave the answer. */
    static final String SERVER_HEADER = "X-Web-Server";

    /** The counter of the storage that every view of the front page adds to. */
    static final String VISITS = "visits";

    private static final int STATUS_TIMEOUT_MILLIS = 2000;
    private static final String FILES = "/files/";

    private final String name;
    private final StorageClient storage;
    private final Endpoint status;
    private final String page = new String(resource("page.html"), StandardCharsets.UTF_8);
    private final byte[] style = resource("page.css");
    private final byte[] script = resource("page.js");

    private WebServer(String name, Endpoint storage, Endpoint status) throws IOException {
        this.name = name;
        this.storage = new StorageClient(storage);
        this.status = status;
    }

    static LoopbackServer start(String name, Endpoint storage, Endpoint status) throws IOException {
        Map<String, String> headers = Map.of(
                SERVER_HEADER,
                name,
                "Cache-Control",
                "no-store",
                "Content-Security-Policy",
                "default-src 'self'",
                // One request per connection, so that each one is balanced.
                "Connection",
                "close");
        return LoopbackServer.start(new WebServer(name, storage, status)::handle, headers);
    }

    private Reply handle(Request request) throws Refusal, IOException {
        String path = request.path();
        if (request.method().equals("PUT") && path.startsWith(FILES)) {
            String file = path.substring(FILES.length());
            storage.put(file, request.body(FileStore.MAX_FILE_BYTES));
            return Reply.text("stored " + file);
        }
        if (!request.method().equals("GET")) {
            throw new Refusal(Refusal.METHOD_NOT_ALLOWED, "GET anything, or PUT " + FILES + "NAME");
        }
        switch (path) {
            case "/":
                return Reply.ok("text/html; charset=utf-8", front());
            case "/page.css":
                return Reply.ok("text/css; charset=utf-8", style);
            case "/page.js":
                return Reply.ok("text/javascript; charset=utf-8", script);
            case "/cluster.json":
                return Reply.ok("application/json", cluster());
            case "/files":
                return Reply.ok(Reply.TEXT, storage.names());
            default:
                if (path.startsWith(FILES)) {
                    return Reply.ok(Reply.BYTES, storage.get(path.substring(FILES.length())));
                }
                throw new Refusal(Refusal.NOT_FOUND, "no such page: " + path);
        }
    }

    private byte[] front() throws Refusal {
        long visits = storage.increment(VISITS);
        return page.replace("{{server}}", name)
                .replace("{{visits}}", Long.toString(visits))
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] cluster() throws Refusal {
        try {
            URLConnection connection =
                    URI.create("http://" + status + "/").toURL().openConnection();
            connection.setConnectTimeout(STATUS_TIMEOUT_MILLIS);
            connection.setReadTimeout(STATUS_TIMEOUT_MILLIS);
            try (InputStream in = connection.getInputStream()) {
                return in.readAllBytes();
            }
        } catch (IOException e) {
            throw new Refusal(Refusal.UNAVAILABLE, "the director does not say how the cluster is: " + e);
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = WebServer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(name + " is missing from the program");
            }
            return in.readAllBytes();
        }
    }

    /** Runs until the parent is gone. Arguments: its name, the storage's endpoint, the status server's endpoint. */
    public static void main(String[] args) throws IOException {
        LoopbackServer server = start(args[0], Endpoint.parse(args[1]), Endpoint.parse(args[2]));
        Lifeline.hold(server.address(), server::close);
    }
}
