package org.lvs4j.examples.webcluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lvs4j.net.Endpoint;

/** A tier in a JVM of its own, which ends with this one however this one ends: see {@link Lifeline}. */
final class Child implements AutoCloseable {
    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 5;
    private static final List<String> JVM_OPTIONS = List.of(
            "-Xmx48m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dsun.net.httpserver.nodelay=true",
            "-Dsun.net.httpserver.maxReqTime=30",
            "-Dsun.net.httpserver.maxRspTime=30",
            // Shorter than the server's 30 s, so that no request goes out on a connection about to close.
            "-Djdk.httpclient.keepalive.timeout=20");

    private final String name;
    private final Process process;
    private final CompletableFuture<String> greeting;

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
        greeting = CompletableFuture.supplyAsync(this::firstLine);
    }

    /** Starts the main class of this program's class path in the same kind of JVM; returns before it is ready. */
    static Child start(String name, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current()
                .info()
                .command()
                .orElseGet(() ->
                        Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(JVM_OPTIONS);
        command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return new Child(
                name,
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    private String firstLine() {
        try {
            String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            return "";
        }
    }

    /** Where it listens; waits until it does. */
    Endpoint address() throws IOException {
        String line;
        try {
            line = greeting.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(name + " did not start within " + START_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " was starting", e);
        }
        if (!line.startsWith(Lifeline.READY)) {
            throw new IOException(name + " (pid " + pid() + ") ended instead of starting");
        }
        return Endpoint.parse(line.substring(Lifeline.READY.length()));
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Lets it finish what it is doing and waits until it is gone; one that does not go is killed. */
    @Override
    public void close() {
        letGo();
        try {
            if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    /** Tells it to stop, and does not wait. */
    void letGo() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has gone already.
        }
    }
}
