package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A server program of the operating system on loopback, in a directory of its own with a log file. It listens before
 * the test continues: the kernel's list of sockets says so, and no connection of the test's reaches the program before
 * its clients.
 */
final class ServerProgram implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final Path home;
    private final Process process;

    private ServerProgram(String name, Path home, Process process) {
        this.name = name;
        this.home = home;
        this.process = process;
    }

    /** A directory that a server program may use as {@link #unprivileged} user. */
    static Path home(Path directory, String name) throws IOException, InterruptedException {
        if (!Files.exists(Path.of("/proc/self/net/tcp"))) {
            String message = "SKIPPED: there is no /proc/net/tcp; run on Linux to run this test";
            System.err.println("\n*** " + message + " ***\n");
            Assumptions.abort(message);
        }
        Path home = Files.createTempDirectory(directory, name);
        if (isRoot()) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
            Programs.run("chown", "nobody", home.toString());
        }
        return home;
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** The command, run as a user without privileges; for programs that refuse to run as root. */
    static List<String> unprivileged(String... command) {
        List<String> all = new ArrayList<>();
        if (isRoot()) {
            all.add(Programs.require("setpriv", "util-linux").toString());
            all.addAll(List.of("--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=-all"));
        }
        all.addAll(List.of(command));
        return all;
    }

    /** Starts a program, and waits until it or a child of it listens for TCP at a port. */
    static ServerProgram start(String name, Path home, int port, List<String> command)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile())
                .start();
        ServerProgram program = new ServerProgram(name, home, process);
        try {
            program.awaitListening(port);
            return program;
        } catch (Throwable e) {
            program.close();
            throw e;
        }
    }

    private void awaitListening(int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!listens(process, port)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException(name + " does not listen at port " + port + "; its log:\n" + log());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Whether a socket of the network namespace of a process listens at a port. */
    static boolean listens(Process process, int port) throws IOException {
        String local = String.format(Locale.ROOT, ":%04X", port);
        for (String table : List.of("tcp", "tcp6")) {
            Path file = Path.of("/proc", Long.toString(process.pid()), "net", table);
            if (!Files.exists(file)) {
                continue;
            }
            for (String line : Files.readAllLines(file)) {
                String[] fields = line.trim().split(" +");
                if (fields[1].endsWith(local) && fields[3].equals("0A")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What the program has printed so far. */
    String log() throws IOException {
        return Files.readString(home.resolve("log"));
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
        process.destroyForcibly().onExit().join();
        for (ProcessHandle child : children) {
            child.destroyForcibly();
            child.onExit().join();
        }
    }
}
