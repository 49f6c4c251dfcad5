package org.lvs4j.examples.webcluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program as a person starts it, with a directory of temporary files of its own. */
final class ClusterProgram implements AutoCloseable {
    private static final long LIMIT_SECONDS = 240;
    private static final long POLL_MILLIS = 50;

    private final Path temporary;
    private final Path output;
    private final Process process;

    private ClusterProgram(Path temporary, Path output, Process process) {
        this.temporary = temporary;
        this.output = output;
        this.process = process;
    }

    static ClusterProgram start(Path directory, String... arguments) throws IOException {
        return start(directory, Map.of(), arguments);
    }

    static ClusterProgram start(Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        Path temporary = Files.createTempDirectory(directory, "temporary");
        Path output = Files.createTempFile(directory, "output", ".txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-Djava.io.tmpdir=" + temporary);
        command.add("-jar");
        command.add(System.getProperty("webcluster.jar"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        return new ClusterProgram(temporary, output, builder.start());
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /** Waits until the program has printed a text. */
    void awaitOutput(String text) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!output().contains(text)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("'" + text + "' was not printed:\n" + output());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /** Waits for the end of the program, and returns its exit code. */
    int awaitEnd() throws IOException, InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the program does not end:\n" + output());
        }
        return process.exitValue();
    }

    /** Asks it to end, as SIGTERM does. */
    void terminate() {
        process.destroy();
    }

    /** Ends it at once, as SIGKILL does. */
    void kill() {
        process.destroyForcibly();
    }

    /** The processes of the program that run: all of them have its directory in their command line. */
    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses()
                .filter(each -> each.info().commandLine().orElse("").contains(temporary.toString()))
                .toList();
    }

    /** Waits until no process is left. */
    void awaitNoProcesses() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!processes().isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("these processes are left: "
                        + processes().stream()
                                .map(each -> each.info().toString())
                                .toList());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /** The files in its directory of temporary files. */
    List<Path> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.toList();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        processes().forEach(ProcessHandle::destroyForcibly);
    }
}
