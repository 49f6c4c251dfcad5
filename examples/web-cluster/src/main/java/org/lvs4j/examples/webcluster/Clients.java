package org.lvs4j.examples.webcluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.lvs4j.net.Endpoint;

/**
 * Concurrent clients that request the front page a given number of times, one request per connection.
 *
 * <p>Like a browser, a client repeats a request once if its connection breaks. Repeated requests are counted.
 */
final class Clients {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int OK = 200;

    // A pause between requests leaves a small machine some processor time for the servers.
    private static final long PAUSE_MILLIS = 5;

    static {
        // Disables the repetition of failed requests inside the HTTP client, which would not be counted.
        System.setProperty("jdk.httpclient.redirects.retrylimit", "1");
    }

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final HttpRequest request;
    private final long total;
    private final CountDownLatch running;
    private final AtomicLong issued = new AtomicLong();
    private final LongAdder answered = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<String, LongAdder> answeredBy = new ConcurrentHashMap<>();

    // Written by stop, read by every client before its next request.
    private volatile boolean stopping;

    private Clients(Endpoint address, long requests, int concurrency) {
        request = HttpRequest.newBuilder(URI.create("http://" + address + "/"))
                .timeout(TIMEOUT)
                .build();
        total = requests;
        running = new CountDownLatch(concurrency);
    }

    /** Starts clients that send a number of requests in total; returns at once. */
    static Clients start(Endpoint address, long requests, int concurrency) {
        Clients clients = new Clients(address, requests, concurrency);
        for (int i = 0; i < concurrency; i++) {
            Thread thread = new Thread(clients::run, "client-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        return clients;
    }

    private void run() {
        try {
            while (!stopping && issued.getAndIncrement() < total) {
                sendRequest();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.countDown();
        }
    }

    private void sendRequest() throws InterruptedException {
        try {
            count(http.send(request, BodyHandlers.ofString()));
            return;
        } catch (IOException e) {
            repeated.increment();
        }
        try {
            count(http.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            failed.increment();
        }
    }

    private void count(HttpResponse<String> response) {
        String server = response.headers().firstValue(WebServer.SERVER_HEADER).orElse("");
        if (response.statusCode() != OK || server.isEmpty()) {
            failed.increment();
            return;
        }
        answeredBy.computeIfAbsent(server, name -> new LongAdder()).increment();
        answered.increment();
    }

    /** Completes the pending requests and starts no more. */
    void stop() {
        stopping = true;
    }

    /** Waits for all requests, up to a time limit in milliseconds; returns whether all are completed. */
    boolean await(long millis) throws InterruptedException {
        return running.await(millis, TimeUnit.MILLISECONDS);
    }

    /** The number of completed requests, failed ones included. */
    long completed() {
        return answered() + failed();
    }

    long answered() {
        return answered.sum();
    }

    /** The number of requests that were sent again because the connection broke. */
    long repeated() {
        return repeated.sum();
    }

    /** The number of requests without a successful response. */
    long failed() {
        return failed.sum();
    }

    /** The number of successful responses of each web server. */
    Map<String, Long> answeredBy() {
        Map<String, Long> sums = new TreeMap<>();
        answeredBy.forEach((name, sum) -> sums.put(name, sum.sum()));
        return sums;
    }
}
