package org.lvs4j.netty.tun;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lvs4j.netty.tun.NetworkFacts.Sysctls;

/**
 * Runs the commands of a set-up on this host: those of {@code ip} by that program, {@code sysctl -w} by writing to the
 * file that it would write to. A series of commands of {@code ip} is handed to one process, as a batch.
 */
final class Shell implements CommandRunner {
    private static final long LIMIT_MILLIS = 10_000;
    private static final long LIMIT_MILLIS_PER_COMMAND = 10;
    private static final String SYSCTL = "sysctl -w ";
    private static final String IP = "ip ";
    private static final String IP_V6 = "ip -6 ";

    /** The line that {@code ip -batch} prints below an error. */
    private static final Pattern FAILED_LINE = Pattern.compile("^Command failed .*:(\\d+)$");

    @Override
    public String run(String command) {
        try {
            return command.startsWith(SYSCTL) ? write(command.substring(SYSCTL.length())) : execute(command);
        } catch (IOException e) {
            throw failed(command, String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            throw interrupted(command, e);
        }
    }

    @Override
    public Outcome runAll(List<String> commands) {
        int done = 0;
        while (done < commands.size()) {
            List<String> series = seriesAt(commands, done);
            if (series.size() == 1) {
                try {
                    run(series.get(0));
                } catch (TunException e) {
                    return new Outcome(done, e);
                }
            } else {
                List<Failure> failures = batch(series, false);
                if (!failures.isEmpty()) {
                    Failure first = failures.get(0);
                    return new Outcome(done + first.index(), failed(series.get(first.index()), first.text(), null));
                }
            }
            done += series.size();
        }
        return new Outcome(done, null);
    }

    @Override
    public List<String> runEach(List<String> commands) {
        List<String> messages = new ArrayList<>();
        for (int done = 0; done < commands.size(); ) {
            List<String> series = seriesAt(commands, done);
            if (series.size() == 1) {
                messages.addAll(CommandRunner.super.runEach(series));
            } else {
                for (Failure failure : batch(series, true)) {
                    messages.add(message(series.get(failure.index()), failure.text()));
                }
            }
            done += series.size();
        }
        return messages;
    }

    /** The commands from an index on that one process can run. */
    private static List<String> seriesAt(List<String> commands, int from) {
        String prefix = prefix(commands.get(from));
        int to = from + 1;
        while (!prefix.isEmpty()
                && to < commands.size()
                && prefix(commands.get(to)).equals(prefix)) {
            to++;
        }
        return commands.subList(from, to);
    }

    private static String prefix(String command) {
        return command.startsWith(IP_V6) ? IP_V6 : command.startsWith(IP) ? IP : "";
    }

    /**
     * A command of a batch that failed.
     *
     * @param index its index in the batch
     * @param text what it printed
     */
    record Failure(int index, String text) {}

    /**
     * Runs queries of {@code ip} by one process.
     *
     * @param options the options of {@code ip}
     * @param queries commands without the name of the program; one that fails prints nothing
     * @return what all of them print, in order
     * @throws TunException if the program cannot be run
     */
    static String query(String options, List<String> queries) {
        String command = IP + options + " -force -batch -";
        try {
            Path file = Files.createTempFile("lvs-query", ".txt");
            try {
                Files.writeString(file, String.join("\n", queries) + "\n");
                return start(command, file, queries.size(), false).text();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw failed(command, String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            throw interrupted(command, e);
        }
    }

    /** Runs commands of {@code ip} of one family by one process; without {@code all} until one fails. */
    private static List<Failure> batch(List<String> commands, boolean all) {
        String prefix = prefix(commands.get(0));
        StringBuilder lines = new StringBuilder();
        commands.forEach(command ->
                lines.append(command, prefix.length(), command.length()).append('\n'));
        try {
            Path file = Files.createTempFile("lvs-batch", ".txt");
            try {
                Files.writeString(file, lines);
                Printed printed = start(prefix + (all ? "-force " : "") + "-batch -", file, commands.size(), true);
                List<Failure> failures = failures(printed.text(), commands.size());
                return failures.isEmpty() && printed.exitCode() != 0
                        ? List.of(unknown(commands, printed.reason()))
                        : failures;
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            return List.of(unknown(commands, String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            throw interrupted(commands.get(0), e);
        }
    }

    /** The failure of a batch that does not say which command has failed: all others may have succeeded. */
    private static Failure unknown(List<String> commands, String text) {
        int others = commands.size() - 1;
        return new Failure(
                others,
                (others == 0
                        ? text
                        : others == 1
                                ? "or the command before it: " + text
                                : "or one of the " + others + " commands before it: " + text));
    }

    /** Reads the failures out of what a batch of {@code ip} printed. */
    static List<Failure> failures(String printed, int commands) {
        List<Failure> failures = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (String line : printed.lines().toList()) {
            Matcher failed = FAILED_LINE.matcher(line);
            if (failed.matches()) {
                int index = Integer.parseInt(failed.group(1)) - 1;
                failures.add(new Failure(Math.max(0, Math.min(index, commands - 1)), text.toString()));
                text.setLength(0);
            } else if (!line.isBlank()) {
                text.append(text.isEmpty() ? "" : " ").append(line);
            }
        }
        return failures;
    }

    private static String write(String assignment) throws IOException {
        int equals = assignment.indexOf('=');
        Files.writeString(Sysctls.path(assignment.substring(0, equals)), assignment.substring(equals + 1) + "\n");
        return "";
    }

    private static String execute(String command) throws IOException, InterruptedException {
        Printed printed = start(command, Path.of("/dev/null"), 1, true);
        if (printed.exitCode() != 0) {
            throw new IOException(printed.reason());
        }
        return printed.text();
    }

    private record Printed(int exitCode, String text) {
        String reason() {
            return text.isEmpty() ? "exit code " + exitCode : text.replace('\n', ' ');
        }
    }

    private static Printed start(String command, Path input, int commands, boolean withErrors)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.set(0, program(words.get(0)));
        // The output goes to a file: a pipe would fill up, since this thread waits for the end of the process.
        File output = Files.createTempFile("lvs-set-up", ".txt").toFile();
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(words).redirectInput(input.toFile()).redirectOutput(output);
            Process process = withErrors
                    ? builder.redirectErrorStream(true).start()
                    : builder.redirectError(Redirect.DISCARD).start();
            try {
                long limit = LIMIT_MILLIS + commands * LIMIT_MILLIS_PER_COMMAND;
                if (!process.waitFor(limit, TimeUnit.MILLISECONDS)) {
                    throw new IOException("it has not ended after " + limit / 1000 + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            String text = Files.readString(output.toPath(), StandardCharsets.UTF_8);
            return new Printed(process.exitValue(), text.strip());
        } finally {
            Files.delete(output.toPath());
        }
    }

    private static String program(String name) {
        String path = System.getenv("PATH");
        for (String place : ((path == null ? "" : path + ":") + "/usr/sbin:/sbin:/usr/bin:/bin").split(":")) {
            Path program = Path.of(place.isEmpty() ? "." : place, name);
            if (Files.isExecutable(program)) {
                return program.toString();
            }
        }
        throw new TunException("the program '" + name + "' is missing; on Debian: apt-get install iproute2");
    }

    private static String message(String command, String text) {
        return "'" + command + "' failed: " + text;
    }

    private static TunException failed(String command, String text, @Nullable Throwable cause) {
        return new TunException(message(command, text), cause);
    }

    private static TunException interrupted(String command, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new TunException("'" + command + "' was interrupted", cause);
    }
}
