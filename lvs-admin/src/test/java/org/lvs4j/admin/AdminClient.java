package org.lvs4j.admin;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client of an endpoint at a loopback address. */
final class AdminClient {
    static final String TOKEN = "a-token-of-this-test-0123456789";
    static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private final AdminServer server;

    AdminClient(AdminServer server) {
        this.server = server;
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, null, headers);
    }

    JsonObject json(String path) throws IOException, InterruptedException {
        return json(get(path));
    }

    static JsonObject json(HttpResponse<String> response) {
        if (response.statusCode() >= 300) {
            throw new AssertionError(response + ": " + response.body());
        }
        return JsonParser.parseString(response.body()).getAsJsonObject();
    }

    /** Sends a change with the token. */
    HttpResponse<String> change(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        String[] more = new String[headers.length + 2];
        System.arraycopy(headers, 0, more, 2, headers.length);
        more[0] = "Authorization";
        more[1] = "Bearer " + TOKEN;
        return send(method, path, body, more);
    }

    HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(LIMIT)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Sends bytes as they are, and returns everything that comes until the connection ends. */
    String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return rest(socket);
        }
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout((int) LIMIT.toMillis());
        return socket;
    }

    /** What comes until the connection ends, in order or by a reset. */
    static String rest(Socket socket) {
        StringBuilder text = new StringBuilder();
        byte[] bytes = new byte[8192];
        try {
            InputStream input = socket.getInputStream();
            for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
                text.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
            }
        } catch (java.net.SocketException e) {
            text.append("[reset]");
        } catch (IOException e) {
            throw new AssertionError("the endpoint did not end the connection; so far it sent: " + text, e);
        }
        return text.toString();
    }

    /** The request line and the headers of a request that asks for the connection to be closed. */
    static String head(String line, String... headers) {
        StringBuilder text = new StringBuilder(line).append("\r\n");
        for (String each : headers) {
            text.append(each).append("\r\n");
        }
        return text.append("Connection: close\r\n\r\n").toString();
    }
}
