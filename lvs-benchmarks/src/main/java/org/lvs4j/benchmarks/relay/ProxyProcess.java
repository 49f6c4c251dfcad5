package org.lvs4j.benchmarks.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A process, with its children, on one core. */
final class ProxyProcess implements AutoCloseable {
    /** Ticks of the system's accounting of processor time. */
    private static final long TICKS_PER_SECOND = 100;

    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Process process;
    private final @Nullable Path output;

    private ProxyProcess(Process process, @Nullable Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts a command on a core.
     *
     * @param output for what it prints, or null if the caller reads it
     */
    static ProxyProcess start(int core, List<String> command, @Nullable Path output) throws IOException {
        List<String> pinned = Programs.concat(Programs.path("taskset"), "-c", String.valueOf(core));
        pinned.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(pinned);
        if (output == null) {
            builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        } else {
            builder.redirectErrorStream(true).redirectOutput(output.toFile());
        }
        return new ProxyProcess(builder.start(), output);
    }

    /** The first line that it prints. */
    String firstLine() throws IOException {
        String line = process.inputReader().readLine();
        if (line == null) {
            throw new IOException("a process of the measurement has ended at once");
        }
        return line;
    }

    /** All that it prints, until it ends well. */
    String outputOfSuccess() throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("a process of the measurement has failed: " + output);
        }
        return output;
    }

    /** Waits until it accepts connections. */
    void awaitPort(int port) throws IOException, InterruptedException {
        long end = System.nanoTime() + WAIT_NANOS;
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port));
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    throw new IOException("nothing listens at port " + port + ": " + output(), e);
                }
                Thread.sleep(20);
            }
        }
    }

    private String output() throws IOException {
        return output == null ? "" : Files.readString(output);
    }

    private Stream<ProcessHandle> tree() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }

    /** The processor time of all its processes so far, in nanoseconds. */
    long cpuNanos() throws IOException {
        long ticks = 0;
        for (ProcessHandle each : tree().toList()) {
            String stat = Files.readString(Path.of("/proc", String.valueOf(each.pid()), "stat"));
            // The name, which may have spaces, is in brackets.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            ticks += Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
        }
        return ticks * (1_000_000_000L / TICKS_PER_SECOND);
    }

    /** The resident memory of all its processes in bytes, after a full collection if it is a JVM. */
    long residentBytes(boolean jvm) throws IOException {
        if (jvm) {
            String jcmd =
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            Programs.run(List.of(jcmd, String.valueOf(process.pid()), "GC.run"));
        }
        long kilobytes = 0;
        for (ProcessHandle each : tree().toList()) {
            for (String line : Files.readAllLines(Path.of("/proc", String.valueOf(each.pid()), "status"))) {
                if (line.startsWith("VmRSS:")) {
                    kilobytes += Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        }
        return kilobytes * 1024;
    }

    @Override
    public void close() {
        tree().forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                tree().forEach(ProcessHandle::destroyForcibly);
                process.waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
