package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A running {@code wrk}, whose connections pause between two requests so that a small machine has processor time left. A
 * connection that fails counts as one error, and is opened again.
 */
final class Wrk implements AutoCloseable {
    private static final int PAUSE_MILLIS = 10;
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern ERRORS =
            Pattern.compile("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern STATUSES = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

    private final Process process;
    private final Path output;

    /**
     * What a run has seen.
     *
     * @param connect connections that could not be opened
     * @param cut connections that ended before their answer
     * @param late answers after more than half a minute
     * @param statuses answers with a status of an error
     */
    record Result(long requests, long connect, long cut, long late, long statuses) {
        /** All errors but connections that were cut. */
        long otherErrors() {
            return connect + late + statuses;
        }

        @Override
        public String toString() {
            return requests + " requests, " + cut + " connections cut, " + otherErrors() + " other errors";
        }
    }

    private Wrk(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts to send requests.
     *
     * @param prefix the words before its command, which may run it in a network namespace
     * @param keepAlive whether connections stay open, or each request has one of its own
     */
    static Wrk start(Path directory, List<String> prefix, String url, int connections, boolean keepAlive)
            throws IOException, InterruptedException {
        Path script = Files.writeString(
                directory.resolve("pause.lua"), "function delay()\n  return " + PAUSE_MILLIS + "\nend\n");
        List<String> command = new ArrayList<>(prefix);
        command.add(Programs.require("wrk", "wrk").toString());
        command.addAll(List.of("-t1", "-c" + connections, "-d10m", "--timeout", "30s", "-s", script.toString()));
        if (!keepAlive) {
            command.addAll(List.of("-H", "Connection: close"));
        }
        command.add(url);
        Path output = Files.createTempFile(directory, "wrk", null);
        return new Wrk(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start(),
                output);
    }

    /** Ends the run. */
    Result finish() throws IOException, InterruptedException {
        Programs.run("kill", "-INT", Long.toString(process.pid())).outputOfSuccess();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        Matcher requests = REQUESTS.matcher(text);
        assertThat(requests.find()).as(text).isTrue();
        Matcher errors = ERRORS.matcher(text);
        boolean failed = errors.find();
        Matcher statuses = STATUSES.matcher(text);
        return new Result(
                Long.parseLong(requests.group(1)),
                failed ? Long.parseLong(errors.group(1)) : 0,
                failed ? Long.parseLong(errors.group(2)) + Long.parseLong(errors.group(3)) : 0,
                failed ? Long.parseLong(errors.group(4)) : 0,
                statuses.find() ? Long.parseLong(statuses.group(1)) : 0);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
