package org.lvs4j.benchmarks.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long do clients of a relay wait while others ask its admin endpoint for 10,000 answers a second? Relay, endpoint and
 * an echo server are in another process; requests of the relay's clients have a fixed rate, and their times count from the
 * moment at which each was due. The settings take turns in one run, there and back.
 */
public final class AdminLoad {
    private static final int ROUNDS = 5;
    private static final int WARMUP_SECONDS = 10;
    private static final int REQUESTS_PER_SECOND = 10_000;

    /** What the endpoint has to do. */
    private enum Setting {
        QUIET,
        /** The requests are offered to a socket that takes none: what the clients of the endpoint cost by themselves. */
        CONTROL,
        /** They are offered to another process, which answers as many as the endpoint with its default limit. */
        ELSEWHERE,
        /** 10,000 requests a second are offered to an endpoint with its default limit. */
        LIMITED,
        /** They are offered to one without a limit. */
        UNLIMITED
    }

    private final String relay;
    private final Map<Setting, Integer> ports = new EnumMap<>(Setting.class);
    private final String path;
    private final int seconds;

    private AdminLoad(String[] words, int elsewhere, int seconds) {
        ports.put(Setting.ELSEWHERE, elsewhere);
        relay = words[0];
        ports.put(Setting.LIMITED, Integer.parseInt(words[1]));
        ports.put(Setting.UNLIMITED, Integer.parseInt(words[2]));
        ports.put(Setting.CONTROL, Integer.parseInt(words[3]));
        path = words[4];
        this.seconds = seconds;
    }

    /** Starts a relay with its endpoints in a process of its own. */
    static Process startServer() throws IOException {
        return start(LoadedServer.class);
    }

    private static Process start(Class<?> program) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Measures; the argument is the number of seconds of each measurement, 10 by default. */
    public static void run(List<String> arguments) throws IOException, InterruptedException {
        Process server = startServer();
        Process bare = start(BareServer.class);
        try {
            int seconds = arguments.isEmpty() ? 10 : Integer.parseInt(arguments.get(0));
            new AdminLoad(firstLine(server).split(" "), Integer.parseInt(firstLine(bare)), seconds).measureAll();
        } finally {
            server.destroy();
            bare.destroy();
        }
    }

    static String firstLine(Process process) throws IOException {
        String line = new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII)).readLine();
        if (line == null) {
            throw new IOException("a process of the measurement has ended");
        }
        return line;
    }

    private void measureAll() throws IOException, InterruptedException {
        for (Setting each : Setting.values()) {
            measure(each, WARMUP_SECONDS);
        }
        Map<Setting, List<Measured>> all = new EnumMap<>(Setting.class);
        List<Setting> order = new ArrayList<>(List.of(Setting.values()));
        for (int round = 0; round < ROUNDS; round++) {
            for (Setting each : order) {
                Measured measured = measure(each, seconds);
                System.out.println(each + ": " + measured);
                all.computeIfAbsent(each, setting -> new ArrayList<>()).add(measured);
            }
            Collections.reverse(order);
        }
        double[] control = medians(all.getOrDefault(Setting.CONTROL, List.of()));
        System.out.println("\nmedian of " + ROUNDS + " rounds of " + seconds + " s:");
        all.forEach((setting, list) -> {
            double[] each = medians(list);
            System.out.printf(
                    Locale.ROOT,
                    "%-10s p50 %6.0f us (%.2f x)  p99 %6.0f us (%.2f x)  p99.9 %6.0f us (%.2f x)  answers %6.0f/s%n",
                    setting,
                    each[0],
                    each[0] / control[0],
                    each[1],
                    each[1] / control[1],
                    each[2],
                    each[2] / control[2],
                    each[3]);
        });
    }

    /** The medians of p50, p99, p99.9 in microseconds, and of the answers of the endpoint a second. */
    private static double[] medians(List<Measured> list) {
        return new double[] {
            median(list.stream().mapToDouble(Measured::p50).toArray()),
            median(list.stream().mapToDouble(Measured::p99).toArray()),
            median(list.stream().mapToDouble(Measured::p999).toArray()),
            median(list.stream().mapToDouble(Measured::answers).toArray())
        };
    }

    static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    /** Times in microseconds, and answers of the endpoint a second. */
    private record Measured(double p50, double p99, double p999, double answers) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "p50 %.0f us, p99 %.0f us, p99.9 %.0f us, %.0f answers/s", p50, p99, p999, answers);
        }
    }

    private Measured measure(Setting setting, int duration) throws IOException, InterruptedException {
        Integer port = ports.get(setting);
        try (@Nullable RequestFlood flood = port == null ? null : new RequestFlood(port, path, REQUESTS_PER_SECOND)) {
            TimeUnit.SECONDS.sleep(1);
            long before = flood == null ? 0 : flood.answers();
            long[] nanos = PacedClients.run(relay, duration);
            double answers = flood == null ? 0 : (flood.answers() - before) / (double) duration;
            return new Measured(quantile(nanos, 0.5), quantile(nanos, 0.99), quantile(nanos, 0.999), answers);
        }
    }

    private static double quantile(long[] sorted, double part) {
        return sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * part))] / 1000.0;
    }
}
