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
 * Concurrent clients that ask for the front page, one request per connection, until a given number of requests.
 *
 * <p>Like any browser a client repeats a request once if its connection breaks; unlike a browser it counts that.
 */
final class Clients {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int OK = 200;

    // A pause between requests keeps a small machine from being busy with clients only.
    private static final long PAUSE_MILLIS = 5;

    static {
        // The library would repeat broken requests by itself, unseen.
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

    // Written by whoever ends it, read by every client before its next request.
    private volatile boolean ending;

    private Clients(Endpoint address, long requests, int concurrency) {
        request = HttpRequest.newBuilder(URI.create("http://" + address + "/"))
                .timeout(TIMEOUT)
                .build();
        total = requests;
        running = new CountDownLatch(concurrency);
    }

    /** Starts so many requests by so many clients, and returns at once. */
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
            while (!ending && issued.getAndIncrement() < total) {
                ask();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.countDown();
        }
    }

    private void ask() throws InterruptedException {
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

    /** Lets the requests under way end and starts no more. */
    void end() {
        ending = true;
    }

    /** Waits so long at most; returns whether all requests are through. */
    boolean await(long millis) throws InterruptedException {
        return running.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Requests that are through, well or badly. */
    long done() {
        return answered() + failed();
    }

    long answered() {
        return answered.sum();
    }

    /** Requests sent a second time because the connection of the first broke. */
    long repeated() {
        return repeated.sum();
    }

    /** Requests that got no good answer in the end. */
    long failed() {
        return failed.sum();
    }

    /** How many answers each web server gave. */
    Map<String, Long> answeredBy() {
        Map<String, Long> sums = new TreeMap<>();
        answeredBy.forEach((name, sum) -> sums.put(name, sum.sum()));
        return sums;
    }
}
