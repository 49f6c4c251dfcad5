package org.lvs4j.examples.webcluster;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.lvs4j.net.Endpoint;

/** A client of the {@link StorageServer}. Thread-safe; every call fails after a few seconds without an answer. */
final class StorageClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int OK = 200;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final String base;

    StorageClient(Endpoint storage) {
        base = "http://" + storage;
    }

    long increment(String counter) throws HttpException {
        return number(call("POST", "/counters/" + counter, BodyPublishers.noBody()));
    }

    long counter(String counter) throws HttpException {
        return number(call("GET", "/counters/" + counter, BodyPublishers.noBody()));
    }

    byte[] names() throws HttpException {
        return call("GET", "/files", BodyPublishers.noBody());
    }

    byte[] get(String name) throws HttpException {
        return call("GET", "/files/" + name, BodyPublishers.noBody());
    }

    void put(String name, byte[] content) throws HttpException {
        call("PUT", "/files/" + name, BodyPublishers.ofByteArray(content));
    }

    private static long number(byte[] body) {
        return Long.parseLong(text(body));
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8).trim();
    }

    private byte[] call(String method, String path, BodyPublisher body) throws HttpException {
        URI uri;
        try {
            uri = URI.create(base + path);
        } catch (IllegalArgumentException e) {
            throw new HttpException(HttpException.BAD_REQUEST, "invalid path: " + path);
        }
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(TIMEOUT)
                .method(method, body)
                .build();
        HttpResponse<byte[]> response;
        try {
            response = send(request);
        } catch (IOException e) {
            throw new HttpException(HttpException.UNAVAILABLE, "the storage at " + base + " does not answer: " + e);
        }
        if (response.statusCode() != OK) {
            throw new HttpException(response.statusCode(), text(response.body()));
        }
        return response.body();
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
