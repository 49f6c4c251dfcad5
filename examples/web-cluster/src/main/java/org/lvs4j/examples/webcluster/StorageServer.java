package org.lvs4j.examples.webcluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.lvs4j.examples.webcluster.LoopbackServer.Reply;
import org.lvs4j.examples.webcluster.LoopbackServer.Request;

/**
 * The third tier: a {@link FileStore} over HTTP, which holds the state that the web servers share.
 *
 * <p>{@code GET /files} lists the files, {@code GET} and {@code PUT /files/NAME} read and write one. {@code GET
 * /counters/NAME} reads a counter, {@code POST /counters/NAME} increments it and returns the new value.
 */
final class StorageServer {
    private static final String FILES = "/files/";
    private static final String COUNTERS = "/counters/";

    private final FileStore store;

    private StorageServer(FileStore store) {
        this.store = store;
    }

    static LoopbackServer start(FileStore store) throws IOException {
        return LoopbackServer.start(new StorageServer(store)::handle, Map.of());
    }

    private Reply handle(Request request) throws HttpException, IOException {
        String path = request.path();
        String operation = request.method() + " " + path.substring(0, path.indexOf('/', 1) + 1);
        if (path.equals("/files") && request.method().equals("GET")) {
            return Reply.text(String.join("\n", store.names()));
        }
        String name = path.substring(path.indexOf('/', 1) + 1);
        switch (operation) {
            case "GET " + FILES:
                return Reply.ok(Reply.BYTES, store.get(name));
            case "PUT " + FILES:
                store.put(name, request.body(FileStore.MAX_FILE_BYTES));
                return Reply.text("stored " + name);
            case "GET " + COUNTERS:
                return Reply.text(store.counter(name));
            case "POST " + COUNTERS:
                return Reply.text(store.increment(name));
            default:
                throw new HttpException(HttpException.NOT_FOUND, "no such resource: " + request.method() + " " + path);
        }
    }

    /** Serves a temporary directory until the parent process ends, then deletes it. */
    public static void main(String[] args) throws IOException {
        Path directory = Files.createTempDirectory("lvs4j-storage-");
        LoopbackServer server = start(new FileStore(directory));
        ParentLink.serve(server.address(), () -> {
            server.close();
            FileStore.delete(directory);
        });
    }
}
