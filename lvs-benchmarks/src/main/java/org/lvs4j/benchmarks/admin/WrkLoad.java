package org.lvs4j.benchmarks.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What wrk measures at a relay while another wrk asks the admin endpoint of the same process for all that it answers. Relay,
 * endpoint and an HTTP server are in one process. With and without the second wrk take turns in one run.
 */
public final class WrkLoad {
    private static final int ROUNDS = 5;
    private static final Pattern TIME = Pattern.compile("(50|99)%\\s+([0-9.]+)(us|ms|s)");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");

    private WrkLoad() {}

    /** Times in microseconds. */
    private record Measured(double rate, double p50, double p99) {
        static Measured of(String output) throws IOException {
            Matcher times = TIME.matcher(output);
            Matcher rate = RATE.matcher(output);
            if (!rate.find() || !times.find()) {
                throw new IOException("wrk has measured nothing: " + output);
            }
            double p50 = micros(times);
            if (!times.find()) {
                throw new IOException("wrk tells no p99: " + output);
            }
            return new Measured(Double.parseDouble(rate.group(1)), p50, micros(times));
        }

        private static double micros(Matcher time) {
            double unit = time.group(3).equals("us") ? 1 : time.group(3).equals("ms") ? 1e3 : 1e6;
            return Double.parseDouble(time.group(2)) * unit;
        }
    }

    /** Measures; the argument is the number of seconds of each measurement, 10 by default. */
    public static void run(List<String> arguments) throws IOException, InterruptedException {
        int seconds = arguments.isEmpty() ? 10 : Integer.parseInt(arguments.get(0));
        Process server = AdminLoad.startServer();
        try {
            String[] words = AdminLoad.firstLine(server).split(" ");
            String relay = "http://" + words[5] + "/";
            String limited = "http://127.0.0.1:" + words[1] + words[4];
            String unlimited = "http://127.0.0.1:" + words[2] + words[4];
            // Warm.
            measure(relay, limited, seconds);
            measure(relay, unlimited, seconds);
            List<Measured> alone = new ArrayList<>();
            List<Measured> both = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                alone.add(told("relay alone", measure(relay, null, seconds)));
                both.add(told("relay and endpoint", measure(relay, limited, seconds)));
            }
            System.out.printf(
                    Locale.ROOT,
                    "%nmedian of %d rounds of %d s, relay with wrk at the endpoint against relay alone: "
                            + "requests %.2f x, p50 %.2f x, p99 %.2f x%n",
                    ROUNDS,
                    seconds,
                    ratio(
                            both.stream().mapToDouble(Measured::rate).toArray(),
                            alone.stream().mapToDouble(Measured::rate).toArray()),
                    ratio(
                            both.stream().mapToDouble(Measured::p50).toArray(),
                            alone.stream().mapToDouble(Measured::p50).toArray()),
                    ratio(
                            both.stream().mapToDouble(Measured::p99).toArray(),
                            alone.stream().mapToDouble(Measured::p99).toArray()));
        } finally {
            server.destroy();
        }
    }

    private static double ratio(double[] these, double[] those) {
        return AdminLoad.median(these) / AdminLoad.median(those);
    }

    private static Measured told(String what, Measured measured) {
        System.out.printf(
                Locale.ROOT,
                "%-18s %7.0f requests/s, p50 %5.0f us, p99 %5.0f us%n",
                what,
                measured.rate(),
                measured.p50(),
                measured.p99());
        return measured;
    }

    private static Measured measure(String relay, @Nullable String endpoint, int seconds)
            throws IOException, InterruptedException {
        // Longer than the other one, and ended with it.
        Process other = endpoint == null ? null : wrk(endpoint, 16, seconds + 5);
        try {
            if (other != null) {
                Thread.sleep(1000);
            }
            Process measuring = wrk(relay, 8, seconds);
            Measured measured =
                    Measured.of(new String(measuring.getInputStream().readAllBytes(), US_ASCII));
            if (other != null && !other.isAlive()) {
                throw new IOException("wrk at the endpoint has failed: "
                        + new String(other.getInputStream().readAllBytes(), US_ASCII));
            }
            return measured;
        } finally {
            if (other != null) {
                other.destroy();
            }
        }
    }

    private static Process wrk(String url, int connections, int seconds) throws IOException {
        return new ProcessBuilder("wrk", "-t1", "-c" + connections, "-d" + seconds, "--latency", url)
                .redirectErrorStream(true)
                .start();
    }
}
