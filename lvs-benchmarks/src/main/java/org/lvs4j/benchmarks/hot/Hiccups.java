package org.lvs4j.benchmarks.hot;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Notices when a thread that wants to sleep for a millisecond sleeps longer: the collector has stopped it, or the system has
 * given the processor to somebody else. A second one in a program of its own, which has next to nothing to collect, shows how
 * much of that is the system's.
 */
public final class Hiccups implements AutoCloseable {
    private static final long NAP_NANOS = 1_000_000;
    private static final String ASK = "?";

    private final AtomicLong longestNanos = new AtomicLong();
    private final Thread thread = new Thread(this::nap, "hiccups");
    private volatile boolean closed;

    private Hiccups() {
        thread.setDaemon(true);
        thread.start();
    }

    static Hiccups start() {
        return new Hiccups();
    }

    /** The control: answers each line of its input with the longest hiccup since the last one, in nanoseconds. */
    public static void main(String[] args) throws IOException {
        try (Hiccups hiccups = start();
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (in.readLine() != null) {
                System.out.println(hiccups.takeLongestNanos());
            }
        }
    }

    private void nap() {
        while (!closed) {
            long before = System.nanoTime();
            LockSupport.parkNanos(NAP_NANOS);
            long late = System.nanoTime() - before - NAP_NANOS;
            longestNanos.accumulateAndGet(late, Math::max);
        }
    }

    /** The longest since the last call, or since the start. */
    long takeLongestNanos() {
        return longestNanos.getAndSet(0);
    }

    @Override
    public void close() {
        closed = true;
    }

    /** Hiccups of a program of its own. */
    static final class Control implements AutoCloseable {
        private final Process process;
        private final BufferedReader answers;

        private Control(Process process) {
            this.process = process;
            answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        static Control start() throws IOException {
            return new Control(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx32m",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Hiccups.class.getName())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }

        long takeLongestNanos() throws IOException {
            process.getOutputStream().write((ASK + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("the control has ended");
            }
            return Long.parseLong(answer);
        }

        @Override
        public void close() throws IOException {
            // It ends with its input.
            process.getOutputStream().close();
            answers.close();
            process.destroy();
        }
    }
}
