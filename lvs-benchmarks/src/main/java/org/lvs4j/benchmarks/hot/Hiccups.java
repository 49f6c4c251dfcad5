package org.lvs4j.benchmarks.hot;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures hiccups: how much longer than the requested millisecond a thread sleeps. The cause is a pause of the
 * collector or a processor busy with other programs. A control in a separate process, which has almost nothing to
 * collect, shows the share of the other programs. The idea is that of jHiccup (Tene, 2012).
 */
public final class Hiccups implements AutoCloseable {
    private static final long NAP_NANOS = 1_000_000;
    private static final String REQUEST = "?";

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

    /** The control: for each input line, prints the longest hiccup since the previous line, in nanoseconds. */
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

    /** The longest hiccup since the last call, or since the start, in nanoseconds. */
    long takeLongestNanos() {
        return longestNanos.getAndSet(0);
    }

    @Override
    public void close() {
        closed = true;
    }

    /** A control process. */
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
            process.getOutputStream().write((REQUEST + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("the control process has ended");
            }
            return Long.parseLong(answer);
        }

        @Override
        public void close() throws IOException {
            // The process ends at the end of its input.
            process.getOutputStream().close();
            answers.close();
            process.destroy();
        }
    }
}
