package org.lvs4j.examples.webcluster.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A command of this program in a JVM of its own. It ends when this JVM ends, even if that is killed: see {@link
 * ParentLink}.
 */
public final class ChildProcess implements AutoCloseable {
    private static final int START_SECONDS = 120;
    private static final int STOP_SECONDS = 5;

    private final String name;
    private final Process process;
    private final CompletableFuture<String> readyLine;
    private volatile boolean suspended;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        readyLine = CompletableFuture.supplyAsync(this::firstLine);
    }

    /**
     * Starts a main class with this program's class path and JVM; returns before the process is ready.
     *
     * @param jvmOptions for example {@code -Xmx64m}
     * @param environment added to the environment of this process: for what the command line must not show
     */
    public static ChildProcess start(
            String name,
            List<String> jvmOptions,
            Map<String, String> environment,
            Class<?> main,
            List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current()
                .info()
                .command()
                .orElseGet(() ->
                        Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvmOptions);
        command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        return new ChildProcess(name, builder.start());
    }

    private String firstLine() {
        try {
            String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * Waits until the process serves, and returns the text after {@code ready}.
     *
     * @throws IOException if the process ends or does not serve within {@value #START_SECONDS} s
     */
    public String ready() throws IOException {
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
        return line.substring(ParentLink.READY.length());
    }

    /** The id of the process. */
    public long pid() {
        return process.pid();
    }

    /** Whether the process runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Kills the process, which finishes nothing, and waits for its end. */
    public void kill() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " was killed", e);
        }
    }

    /** Stops the process without ending it, as SIGSTOP does: its sockets stay open, and nothing answers. */
    public void suspend() throws IOException {
        signal("STOP");
        suspended = true;
    }

    /** Lets a suspended process go on; does nothing to another one. */
    public void resume() throws IOException {
        if (suspended) {
            signal("CONT");
            suspended = false;
        }
    }

    private void signal(String signal) throws IOException {
        try {
            int status = new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IOException("cannot send SIG" + signal + " to " + name + " (pid " + pid() + ")");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a signal was sent to " + name, e);
        }
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
    public void requestStop() {
        try {
            resume();
            process.getOutputStream().close();
        } catch (IOException e) {
            // The process has ended already.
        }
    }
}
