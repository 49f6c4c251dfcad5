package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * Network namespaces of Linux for one test, by iproute2. Their names contain the number of the process that created
 * them, so that the next test removes those that a killed process has left behind.
 */
final class Namespaces {
    private static final Pattern OURS = Pattern.compile("lvs4j-(\\d+)-\\w+");

    private final List<String> names = new ArrayList<>();

    /** Creates the namespaces, or skips the test with a message where that is not possible. */
    static Namespaces create(String... names) throws IOException, InterruptedException {
        Programs.require("ip", "iproute2");
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            throw skipped("there is no /dev/net/tun");
        }
        removeLeftOvers();
        Namespaces namespaces = new Namespaces();
        try {
            for (String name : names) {
                Programs.Result result = iproute("netns", "add", fullName(name));
                if (result.exitCode() != 0) {
                    throw skipped("no network namespace can be made here ("
                            + result.error().strip() + ")");
                }
                namespaces.names.add(fullName(name));
                namespaces.ip(name, "link set lo up");
            }
            return namespaces;
        } catch (Throwable e) {
            namespaces.close();
            throw e;
        }
    }

    private static RuntimeException skipped(String why) {
        String message = "SKIPPED: " + why + "; run as root on Linux to run this test";
        System.err.println("\n*** " + message + " ***\n");
        return Assumptions.abort(message);
    }

    private static String fullName(String name) {
        return "lvs4j-" + ProcessHandle.current().pid() + "-" + name;
    }

    private static void removeLeftOvers() throws IOException, InterruptedException {
        for (String line : iproute("netns", "list").output().lines().toList()) {
            Matcher name = OURS.matcher(line.split(" ")[0]);
            if (name.matches()
                    && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                remove(name.group());
            }
        }
    }

    private static void remove(String fullName) throws IOException, InterruptedException {
        for (String pid : iproute("netns", "pids", fullName).output().lines().toList()) {
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(process -> {
                process.destroyForcibly();
                process.onExit().join();
            });
        }
        iproute("netns", "del", fullName);
    }

    private static Programs.Result iproute(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(Programs.require("ip", "iproute2").toString()));
        command.addAll(List.of(arguments));
        return Programs.run(new ProcessBuilder(command), "");
    }

    /** The words before a command that run it in a namespace. */
    List<String> in(String name) throws IOException, InterruptedException {
        return List.of(Programs.require("ip", "iproute2").toString(), "netns", "exec", fullName(name));
    }

    /** Runs {@code ip} in a namespace; it must succeed. */
    String ip(String name, String arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-n", fullName(name)));
        all.addAll(Arrays.asList(arguments
                .replace("@", "lvs4j-" + ProcessHandle.current().pid() + "-")
                .split(" ")));
        Programs.Result result = iproute(all.toArray(String[]::new));
        if (result.exitCode() != 0) {
            throw new IOException("ip " + arguments + ": " + result.error());
        }
        return result.output();
    }

    /** Runs a program in a namespace until it ends. */
    Programs.Result run(String name, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(in(name));
        all.addAll(List.of(command));
        return Programs.run(new ProcessBuilder(all), "");
    }

    /** Runs a shell command in a namespace; it must succeed. */
    String shell(String name, String command) throws IOException, InterruptedException {
        Programs.Result result = run(name, "/bin/sh", "-c", command);
        if (result.exitCode() != 0) {
            throw new IOException(command + ": " + result.error());
        }
        return result.output();
    }

    /** Sets sysctls of a namespace, given as {@code name=value}. */
    void sysctl(String name, String... settings) throws IOException, InterruptedException {
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            shell(
                    name,
                    "echo " + setting.substring(equals + 1) + " >/proc/sys/"
                            + setting.substring(0, equals).replace('.', '/'));
        }
    }

    /** Ends the processes in the namespaces, and removes the namespaces. */
    void close() throws IOException, InterruptedException {
        for (String name : names) {
            remove(name);
        }
    }
}
