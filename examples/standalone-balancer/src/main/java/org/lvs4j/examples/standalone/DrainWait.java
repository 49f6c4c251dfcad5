package org.lvs4j.examples.standalone;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.lvs4j.examples.standalone.DrainArguments.OfDrain;

/** {@code lvsadm drain --wait}: starts the drain, then asks for its progress until it is over. Used by one thread. */
final class DrainWait {
    private static final long PAUSE_MILLIS = 500;

    private final Path socket;
    private final OutputStream output;
    private final OutputStream error;
    private Set<String> printed = Set.of();

    private DrainWait(Path socket, OutputStream output, OutputStream error) {
        this.socket = socket;
        this.output = output;
        this.error = error;
    }

    /** Whether a command line waits. */
    static boolean accepts(String[] arguments) {
        return arguments.length > 0
                && arguments[0].equals(DrainConsole.DRAIN)
                && Arrays.asList(arguments).contains(OfDrain.WAIT);
    }

    /**
     * Executes a command.
     *
     * @return the exit code: 0 if the server is drained
     */
    static int run(Path socket, String[] arguments, OutputStream output, OutputStream error) throws IOException {
        DrainWait wait = new DrainWait(socket, output, error);
        List<String> start = new ArrayList<>(Arrays.asList(arguments));
        start.removeAll(Set.of(OfDrain.WAIT));
        int exitCode = wait.ask(start);
        if (exitCode != Answer.OK || !start.stream().allMatch(DrainWait::isOfDrain)) {
            return exitCode;
        }
        start.add(OfDrain.PROGRESS);
        while ((exitCode = wait.ask(start)) == DrainConsole.IN_PROGRESS) {
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Answer.FAILURE;
            }
        }
        return exitCode;
    }

    /** Whether an argument leaves anything to wait for. */
    private static boolean isOfDrain(String argument) {
        return !Set.of("--list", "--abort", "-h", "--help").contains(argument);
    }

    /** Executes a command and prints the lines that the one before has not printed. */
    private int ask(List<String> arguments) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        int exitCode = ControlClient.run(
                socket, arguments.toArray(String[]::new), InputStream.nullInputStream(), answer, error);
        Set<String> lines = new HashSet<>();
        for (String line : answer.toString(StandardCharsets.UTF_8).split("(?<=\n)")) {
            if (!line.isEmpty() && lines.add(line) && !printed.contains(line)) {
                ControlClient.print(output, line.getBytes(StandardCharsets.UTF_8));
            }
        }
        printed = lines;
        output.flush();
        return exitCode;
    }
}
