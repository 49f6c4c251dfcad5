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

/** One server of a tier in its own JVM. It ends when this JVM ends, even if that is killed: see {@link ParentLink}. */
final class ChildProcess implements AutoCloseable {
    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 5;
    private static final List<String> JVM_OPTIONS = List.of(
            "-Xmx48m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dsun.net.httpserver.nodelay=true",
            "-Dsun.net.httpserver.maxReqTime=30",
            "-Dsun.net.httpserver.maxRspTime=30",
            // Shorter than the server's 30 s, so that no request is sent on a connection that is about to close.
            "-Djdk.httpclient.keepalive.timeout=20");

    private final String name;
    private final Process process;
    private final CompletableFuture<String> readyLine;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        readyLine = CompletableFuture.supplyAsync(this::firstLine);
    }

    /** Starts a main class with this program's class path and JVM; returns before the process is ready. */
    static ChildProcess start(String name, Class<?> main, String... arguments) throws IOException {
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
        return new ChildProcess(
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

    /**
     * Waits until the process listens, and returns its address.
     *
     * @throws IOException if the process ends or does not listen within {@value #START_SECONDS} s
     */
    Endpoint address() throws IOException {
        String line;
        try {
            line = readyLine.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(name + " did not start within " + START_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " was starting", e);
        }
        if (!line.startsWith(ParentLink.READY)) {
            throw new IOException(name + " (pid " + pid() + ") ended instead of starting");
        }
        return Endpoint.parse(line.substring(ParentLink.READY.length()));
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Stops the process: lets it finish its requests, waits {@value #STOP_SECONDS} s at most, then kills it. */
    @Override
    public void close() {
        requestStop();
        try {
            if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    /** Sends the request to stop, and does not wait for the end of the process. */
    void requestStop() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // The process has ended already.
        }
    }
}
