package org.lvs4j.benchmarks.run;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.options.Options;

/**
 * A program that measures something other than the time of an operation. It runs in a separate JVM for each peer. Its
 * arguments are the peer and the number of connections, and those of the harness; each output line
 * {@code metric: value unit} is a result. A program that lets peers take turns runs once, with their names joined by
 * commas, and puts the name of the peer before each line. Results have the format of JMH.
 *
 * @param inTurns whether the program lets peers take turns
 * @param quickArguments further arguments for a first look
 */
record Harness(
        Class<?> program,
        List<String> peers,
        String connections,
        List<String> jvmArgs,
        boolean inTurns,
        List<String> quickArguments) {
    private static final Pattern LINE = Pattern.compile("(?:([A-Z0-9_]+) )?(\\w+): ([-0-9.,E]+) (\\S+)");

    private static final int LONG_DIGITS = 8;

    Harness(Class<?> program, List<String> peers, String connections, List<String> jvmArgs) {
        this(program, peers, connections, jvmArgs, false, List.of());
    }

    /** A program that lets peers take turns. */
    static Harness inTurns(
            Class<?> program, List<String> peers, String connections, List<String> jvmArgs, String... quickArguments) {
        return new Harness(program, peers, connections, jvmArgs, true, List.of(quickArguments));
    }

    /** Whether the program runs for minutes rather than seconds. */
    boolean isLong() {
        return connections.length() >= LONG_DIGITS;
    }

    /** The harness limited to the peers and connections of the user's options. */
    Harness narrowedBy(Options user) {
        List<String> wanted = user.getParameter(Result.PEER).hasValue()
                ? peers.stream()
                        .filter(user.getParameter(Result.PEER).get()::contains)
                        .toList()
                : peers;
        boolean wantedCount = !user.getParameter("connections").hasValue()
                || user.getParameter("connections").get().contains(connections);
        return new Harness(program, wantedCount ? wanted : List.of(), connections, jvmArgs, inTurns, quickArguments);
    }

    /**
     * Runs the program for each peer, or for all of them.
     *
     * @param quick whether for a first look
     * @throws IOException if the program fails or prints nothing
     */
    void run(JsonArray results, boolean quick) throws IOException {
        for (String peer : inTurns ? List.of(String.join(",", peers)) : peers) {
            List<String> lines = lines(peer, quick ? quickArguments : List.of());
            for (String line : lines) {
                System.out.println(
                        program.getSimpleName() + " " + (inTurns ? "" : peer + " ") + connections + ", " + line);
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    String named = matcher.group(1) == null ? peer : matcher.group(1);
                    results.add(result(named, matcher.group(2), matcher.group(3).split(","), matcher.group(4)));
                }
            }
        }
    }

    private List<String> lines(String peer, List<String> further) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(jvmArgs);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName(), peer, connections));
        command.addAll(further);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            out.lines().forEach(lines::add);
            int status = process.waitFor();
            if (status != 0 || lines.isEmpty()) {
                throw new IOException(program.getSimpleName() + " of " + peer + " with " + connections
                        + " connections ended with status " + status + ", its output: " + lines);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroy();
        }
        return lines;
    }

    /** The path of the {@code java} command of this JVM. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private JsonObject result(String peer, String metric, String[] values, String unit) {
        JsonObject params = new JsonObject();
        params.addProperty("connections", connections);
        params.addProperty(Result.PEER, peer);
        JsonArray raw = new JsonArray();
        double sum = 0;
        for (String value : values) {
            double number = Double.parseDouble(value);
            raw.add(number);
            sum += number;
        }
        JsonArray forks = new JsonArray();
        forks.add(raw);
        JsonObject primary = new JsonObject();
        primary.addProperty("score", sum / values.length);
        primary.addProperty("scoreUnit", unit);
        primary.add("rawData", forks);
        JsonArray args = new JsonArray();
        jvmArgs.forEach(args::add);
        JsonObject result = new JsonObject();
        result.addProperty("benchmark", program.getName() + "." + metric);
        result.addProperty("mode", "measured");
        result.addProperty("threads", 1);
        result.addProperty("forks", 1);
        result.add("jvmArgs", args);
        result.add("params", params);
        result.add("primaryMetric", primary);
        result.add("secondaryMetrics", new JsonObject());
        return result;
    }
}
