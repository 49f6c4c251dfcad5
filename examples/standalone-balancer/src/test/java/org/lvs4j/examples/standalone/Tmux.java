package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A shell in a terminal of {@code tmux}, which a test types into and reads. */
final class Tmux implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path program;
    private final Path socket;

    private Tmux(Path program, Path socket) {
        this.program = program;
        this.socket = socket;
    }

    /** Starts a shell with additional variables, or skips the test with a message. */
    static Tmux start(Path directory, int columns, int rows, Map<String, String> environment)
            throws IOException, InterruptedException {
        Tmux tmux = new Tmux(Programs.require("tmux", "tmux"), directory.resolve("tmux"));
        List<String> command = tmux.command("-f", "/dev/null", "-u", "new-session", "-d");
        command.addAll(List.of("-x", Integer.toString(columns), "-y", Integer.toString(rows), "/bin/sh"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().keySet().removeAll(List.of("TMUX", "NO_COLOR", "ENV"));
        assertThat(Programs.run(builder, "").error()).isEmpty();
        tmux.type("PS1='shell> '; clear", "Enter");
        tmux.await("^shell>");
        return tmux;
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-S", socket.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        return Programs.run(new ProcessBuilder(command(arguments)), "").outputOfSuccess();
    }

    /** Presses keys by the names of tmux, or types a text. */
    void type(String... keys) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("send-keys"));
        arguments.addAll(List.of(keys));
        run(arguments.toArray(String[]::new));
    }

    /** The lines on the screen. */
    String screen() throws IOException, InterruptedException {
        return run("capture-pane", "-p");
    }

    /** A variable of tmux, such as {@code cursor_flag}. */
    String variable(String name) throws IOException, InterruptedException {
        return run("display-message", "-p", "#{" + name + "}").strip();
    }

    void resize(int columns, int rows) throws IOException, InterruptedException {
        run("resize-window", "-x", Integer.toString(columns), "-y", Integer.toString(rows));
    }

    /** Waits until a line of the screen contains a pattern; returns the screen. */
    String await(String pattern) throws IOException, InterruptedException {
        return await(
                "'" + pattern + "'", Pattern.compile(pattern, Pattern.MULTILINE).asPredicate());
    }

    String await(String what, Predicate<String> condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            String screen = screen();
            if (condition.test(screen)) {
                return screen;
            }
            assertThat(System.nanoTime())
                    .as("waiting for %s on%n%s", what, screen)
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Override
    public void close() throws IOException {
        new ProcessBuilder(command("kill-server")).start().onExit().join();
    }
}
