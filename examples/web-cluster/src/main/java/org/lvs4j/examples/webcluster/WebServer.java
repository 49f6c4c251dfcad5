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
 * The second tier: a stateless web server. The visit counter and the uploaded files are in the storage, and the state
 * of the cluster comes from the director, so any web server can answer any client.
 */
final class WebServer {
    /** The header with the name of the web server that sent the reply. */
    static final String SERVER_HEADER = "X-Web-Server";

    /** The counter of the visits of the front page. */
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

    private Reply handle(Request request) throws HttpException, IOException {
        String path = request.path();
        if (request.method().equals("PUT") && path.startsWith(FILES)) {
            String file = path.substring(FILES.length());
            storage.put(file, request.body(FileStore.MAX_FILE_BYTES));
            return Reply.text("stored " + file);
        }
        if (!request.method().equals("GET")) {
            throw new HttpException(HttpException.METHOD_NOT_ALLOWED, "expected GET, or PUT " + FILES + "NAME");
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
                throw new HttpException(HttpException.NOT_FOUND, "no such page: " + path);
        }
    }

    private byte[] front() throws HttpException {
        long visits = storage.increment(VISITS);
        return page.replace("{{server}}", name)
                .replace("{{visits}}", Long.toString(visits))
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] cluster() throws HttpException {
        try {
            URLConnection connection =
                    URI.create("http://" + status + "/").toURL().openConnection();
            connection.setConnectTimeout(STATUS_TIMEOUT_MILLIS);
            connection.setReadTimeout(STATUS_TIMEOUT_MILLIS);
            try (InputStream in = connection.getInputStream()) {
                return in.readAllBytes();
            }
        } catch (IOException e) {
            throw new HttpException(
                    HttpException.UNAVAILABLE, "the status server of the director does not answer: " + e);
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

    /**
     * Serves until the parent process ends. Arguments: the name, the endpoint of the storage, the endpoint of the
     * status server.
     */
    public static void main(String[] args) throws IOException {
        LoopbackServer server = start(args[0], Endpoint.parse(args[1]), Endpoint.parse(args[2]));
        ParentLink.serve(server.address(), server::close);
    }
}
