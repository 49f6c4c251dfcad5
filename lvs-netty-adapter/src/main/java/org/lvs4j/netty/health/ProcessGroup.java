package org.lvs4j.netty.health;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Script;

/**
 * A running program, with everything that it has started itself, in a process group of its own. It works in the root
 * directory, reads an empty input, and its output is discarded.
 *
 * <p>The JDK starts no process groups, runs nothing as another user, and reports a signal as exit status 128 + n. So on
 * Linux the programs of util-linux stand between: {@code setsid --fork --wait} starts the group and writes a line to its
 * own standard error if a signal has ended the program, and {@code setpriv} changes the user. Where there is no such
 * {@code setsid}, the program is started directly: then a group is the descendants that the system still knows, and
 * exit status 129 to 159 means a signal. Thread-safe.
 */
final class ProcessGroup {
    private static final Path ROOT = Path.of("/");
    private static final File NOTHING = new File(File.separatorChar == '/' ? "/dev/null" : "NUL");
    /** What the JDK needs for a start, and some for other threads. */
    private static final int DESCRIPTORS = 24;

    private static final Object STARTING = new Object();
    private static final int FIRST_SIGNAL = 129;
    private static final int LAST_SIGNAL = 159;

    /** Starts the program with its errors discarded: those of setsid itself are read. */
    private static final List<String> OWN_GROUP =
            List.of("setsid", "--fork", "--wait", "sh", "-c", "exec \"$@\" 2>/dev/null", "sh");

    /** The users of the configuration; they do not change. */
    private static final Map<String, String> PRIMARY_GROUPS = new ConcurrentHashMap<>();

    private final Process process;
    private final boolean ownGroup;

    private ProcessGroup(Process process, boolean ownGroup) {
        this.process = process;
        this.ownGroup = ownGroup;
    }

    /**
     * The end of a program.
     *
     * @param status its exit status, or 0 if a signal has ended it
     * @param signalled whether a signal has ended it
     */
    record End(int status, boolean signalled) {
        @Override
        public String toString() {
            return signalled ? "ended by a signal" : "exit status " + status;
        }
    }

    /** Whether this host has the programs for process groups; found out once, by starting one. */
    private static final class Tools {
        static final boolean GROUPS = groups();

        private static boolean groups() {
            try {
                return exitStatus(List.of("setsid", "--fork", "--wait", "true")) == 0;
            } catch (IOException e) {
                return false;
            }
        }
    }

    /** Why a program cannot be run as its user and group, or null if it can. Starts a program. */
    static @Nullable String problem(Script script) {
        if (script.user() == null) {
            return script.group() == null ? null : "a group without a user";
        }
        List<String> command = new ArrayList<>(asUser(script));
        command.add("true");
        try {
            return exitStatus(command) == 0
                    ? null
                    : "it cannot be run as user " + script.user()
                            + (script.group() == null ? "" : " and group " + script.group())
                            + ": there is none, or this process is not privileged";
        } catch (IOException e) {
            return "to run it as another user needs the program setpriv of util-linux";
        }
    }

    /** Runs a command that ends at once. */
    private static int exitStatus(List<String> command) throws IOException {
        Process process = builder(command).start();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private static List<String> asUser(Script script) {
        String user = script.user();
        if (user == null) {
            return List.of();
        }
        // setpriv does not look up the group of the user.
        String group = script.group() == null ? primaryGroup(user) : script.group();
        return List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--init-groups");
    }

    /** The number of the primary group of a user, by the program {@code id}; the user's name if that fails. */
    private static String primaryGroup(String user) {
        String known = PRIMARY_GROUPS.get(user);
        if (known != null) {
            return known;
        }
        try {
            Process process = builder(List.of("id", "-g", user))
                    .redirectOutput(Redirect.PIPE)
                    .start();
            String printed;
            try (InputStream output = process.getInputStream()) {
                printed = new String(output.readAllBytes(), StandardCharsets.US_ASCII).strip();
            }
            if (!printed.isEmpty()) {
                PRIMARY_GROUPS.put(user, printed);
                return printed;
            }
        } catch (IOException e) {
            // The name is tried, and reported if there is no such group.
        }
        return user;
    }

    private static ProcessBuilder builder(List<String> command) {
        return new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectInput(NOTHING)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
    }

    /** Why the program of a script cannot be executed, or null if there is such a program. */
    static @Nullable String missing(Script script) {
        String program = script.command().get(0);
        if (program.indexOf('/') >= 0) {
            return isProgram(ROOT.resolve(program)) ? null : "there is no program " + program;
        }
        for (String directory : String.valueOf(System.getenv("PATH")).split(File.pathSeparator)) {
            if (!directory.isEmpty() && isProgram(Path.of(directory, program))) {
                return null;
            }
        }
        return "there is no program " + program + " in PATH";
    }

    private static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }

    /**
     * Starts a program. Blocks until the system has started it.
     *
     * @throws IOException if the system cannot start a process
     */
    static ProcessGroup start(Script script) throws IOException {
        List<String> command = new ArrayList<>();
        boolean ownGroup = Tools.GROUPS;
        if (ownGroup) {
            command.addAll(OWN_GROUP);
        }
        command.addAll(asUser(script));
        command.addAll(script.command());
        ProcessBuilder builder = builder(command);
        if (ownGroup) {
            builder.redirectError(Redirect.PIPE);
        }
        synchronized (STARTING) {
            requireDescriptors();
            return new ProcessGroup(builder.start(), ownGroup);
        }
    }

    /**
     * Checks that the descriptors for a start are free. If they run out in the middle of it, the JDK closes one of them
     * twice, and so perhaps one that has become a socket of another thread meanwhile. That remains possible if other threads
     * take more than a dozen during the start.
     */
    private static void requireDescriptors() throws IOException {
        List<InputStream> taken = new ArrayList<>(DESCRIPTORS);
        try {
            for (int i = 0; i < DESCRIPTORS; i++) {
                taken.add(new FileInputStream(NOTHING));
            }
        } catch (IOException e) {
            throw new IOException("too few descriptors are left", e);
        } finally {
            for (InputStream each : taken) {
                each.close();
            }
        }
    }

    /** Waits until the program has ended. */
    End await() throws InterruptedException {
        boolean printed = ownGroup && hasPrinted();
        int status = process.waitFor();
        boolean signalled = ownGroup ? printed : status >= FIRST_SIGNAL && status <= LAST_SIGNAL;
        return new End(signalled ? 0 : status, signalled);
    }

    /** Whether setsid has written anything by its end. */
    private boolean hasPrinted() {
        try (InputStream errors = process.getErrorStream()) {
            return errors.transferTo(OutputStream.nullOutputStream()) > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Sends TERM, or KILL, to every process of the group. Blocks while a program does so. */
    void signal(boolean kill) {
        if (!process.isAlive()) {
            return;
        }
        Optional<ProcessHandle> leader = ownGroup ? process.children().findFirst() : Optional.empty();
        if (leader.isPresent()) {
            try {
                exitStatus(List.of(
                        "sh",
                        "-c",
                        "kill -s " + (kill ? "KILL" : "TERM") + " -- -"
                                + leader.get().pid()));
                return;
            } catch (IOException e) {
                // There is no descriptor or process left for it: the JDK signals at least what it knows.
            }
        }
        process.descendants().forEach(each -> end(each, kill));
        end(process.toHandle(), kill);
    }

    private static void end(ProcessHandle each, boolean kill) {
        if (kill) {
            each.destroyForcibly();
        } else {
            each.destroy();
        }
    }
}
