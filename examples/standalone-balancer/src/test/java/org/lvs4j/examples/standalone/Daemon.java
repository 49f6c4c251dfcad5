package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A running {@code lvsd}, started by its script. */
final class Daemon implements AutoCloseable {
    static final Path SCRIPTS = Path.of("").toAbsolutePath();

    /**
     * JVM options of a daemon that serves for some moments: without the optimising compiler it starts in less time. Tests
     * of load do without these options.
     */
    static final String BRIEF = "-Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Process process;
    private final Path socket;
    private final List<String> lines = new ArrayList<>();
    private boolean unread;

    private Daemon(Process process, Path socket) {
        this.process = process;
        this.socket = socket;
        follow(process.getInputStream());
        follow(process.getErrorStream());
    }

    // A test that runs in the background has inherited ignored signals; the daemon must handle them.
    static final String SHELL = "ulimit -n $(ulimit -Hn)\n"
            + "env --default-signal=HUP,INT true 2>/dev/null && exec env --default-signal=HUP,INT \"$@\"\n"
            + "exec \"$@\"";

    /** Starts the daemon and waits until it is ready. */
    static Daemon start(Path directory, String jvmOptions, Path rules, String... options)
            throws IOException, InterruptedException {
        return start(directory, jvmOptions, List.of(), rules, options);
    }

    /** Starts the daemon by a command that runs another command, and waits until it is ready. */
    static Daemon start(Path directory, String jvmOptions, List<String> prefix, Path rules, String... options)
            throws IOException, InterruptedException {
        Path socket = Files.createTempDirectory(directory, "control").resolve("lvsd.sock");
        return start(directory, socket, jvmOptions, prefix, rules, options);
    }

    /** Starts a daemon that takes over from this one, and waits until it is ready. */
    Daemon succeed(Path rules, String... options) throws IOException, InterruptedException {
        return succeed(List.of(), rules, options);
    }

    /** As {@link #succeed(Path, String...)}, by a command that runs another command. */
    Daemon succeed(List<String> prefix, Path rules, String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--takeover");
        return start(rules.toAbsolutePath().getParent(), socket, BRIEF, prefix, rules, all.toArray(new String[0]));
    }

    /** Starts the daemon at a control socket, and waits until it is ready. */
    static Daemon start(
            Path directory, Path socket, String jvmOptions, List<String> prefix, Path rules, String... options)
            throws IOException, InterruptedException {
        String all = jvmOptions.equals(BRIEF) ? SharedClasses.options() : jvmOptions;
        return launch(directory, socket, all, prefix, rules, options);
    }

    /** Starts the daemon with exactly these options of the JVM. */
    static Daemon launch(
            Path directory, Path socket, String jvmOptions, List<String> prefix, Path rules, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                "/bin/sh",
                "-c",
                SHELL,
                "sh",
                SCRIPTS.resolve("lvsd").toString(),
                "run",
                rules.toString(),
                "--socket",
                socket.toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("LVSD_OPTS", jvmOptions);
        Daemon daemon = new Daemon(builder.start(), socket);
        daemon.await("ready", () -> daemon.lines().contains("ready"));
        return daemon;
    }

    private void follow(InputStream stream) {
        Thread reader = new Thread(() -> {
            try (BufferedReader text = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = text.readLine(); line != null; line = text.readLine()) {
                    add(line);
                }
            } catch (IOException e) {
                synchronized (lines) {
                    lines.add("(its output ended: " + e.getMessage() + ")");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        reader.setDaemon(true);
        reader.start();
    }

    private void add(String line) throws InterruptedException {
        synchronized (lines) {
            while (unread) {
                lines.wait();
            }
            lines.add(line);
        }
    }

    /** Stops to read what the daemon prints, or continues. */
    void leaveUnread(boolean left) {
        synchronized (lines) {
            unread = left;
            lines.notifyAll();
        }
    }

    /** The lines that the daemon has printed so far. */
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    void awaitLine(String part) throws InterruptedException {
        await("a line with '" + part + "'", () -> lines().stream().anyMatch(line -> line.contains(part)));
    }

    /** Waits until a condition holds; fails if the daemon ends or the time limit passes. */
    void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            boolean waiting = System.nanoTime() < deadline && process.isAlive();
            assertThat(waiting || condition.getAsBoolean())
                    .as("lvsd: waiting for %s; output so far:%n%s", what, String.join("\n", lines()))
                    .isTrue();
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    Programs.Result lvsadm(String... arguments) throws IOException, InterruptedException {
        return lvsadmReading("", arguments);
    }

    Programs.Result lvsadmReading(String input, String... arguments) throws IOException, InterruptedException {
        return lvsadm(socket, input, arguments);
    }

    static Programs.Result lvsadm(Path socket, String input, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(SCRIPTS.resolve("lvsadm").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LVSD_SOCKET", socket.toString());
        return Programs.run(builder, input);
    }

    /** The output of a command that must succeed. */
    String listing(String... arguments) throws IOException, InterruptedException {
        Programs.Result result = lvsadm(arguments);
        assertThat(result.exitCode()).as(result.error()).isZero();
        assertThat(result.error()).isEmpty();
        return result.output();
    }

    Path socket() {
        return socket;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void signal(String name) throws IOException, InterruptedException {
        assertThat(Programs.run("kill", "-" + name, Long.toString(process.pid()))
                        .exitCode())
                .isZero();
    }

    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("lvsd should have ended; output so far:%n%s", String.join("\n", lines()))
                .isTrue();
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    /** The number of open files of the process. */
    long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes the limit of open files of the running process. */
    void limitDescriptors(int limit) throws IOException, InterruptedException {
        assertThat(Programs.run("prlimit", "--pid", Long.toString(process.pid()), "--nofile=" + limit + ":")
                        .exitCode())
                .isZero();
    }

    /** Sets the limit of open files of the running process to the largest possible. */
    void raiseDescriptors() throws IOException, InterruptedException {
        String hard = Programs.run(
                        "prlimit", "--pid", Long.toString(pid()), "--nofile", "--output=HARD", "--noheadings")
                .outputOfSuccess()
                .strip();
        Programs.run("prlimit", "--pid", Long.toString(pid()), "--nofile=" + hard + ":")
                .outputOfSuccess();
    }

    /** The used heap after a collection. */
    long heapBytes() throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Programs.run(jcmd, Long.toString(pid()), "GC.run").outputOfSuccess();
        String heap = Programs.run(jcmd, Long.toString(pid()), "GC.heap_info").outputOfSuccess();
        return Pattern.compile("(?:heap|generation) +total \\d+K, used (\\d+)K")
                .matcher(heap)
                .results()
                .mapToLong(used -> Long.parseLong(used.group(1)) * 1024)
                .sum();
    }

    /** The resident set size of the process. */
    long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS in the status of the process");
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
