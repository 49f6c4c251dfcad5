package org.lvs4j.benchmarks.run;

import com.google.gson.JsonArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.lvs4j.benchmarks.admin.AdminLoad;
import org.lvs4j.benchmarks.admin.WrkLoad;
import org.lvs4j.benchmarks.health.ProbeCost;
import org.lvs4j.benchmarks.health.ReloadCost;
import org.lvs4j.benchmarks.hot.Soak;
import org.lvs4j.config.keepalived.KeepalivedException;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;

/**
 * Runs a group and writes {@code <group>.json}, {@code <group>.md} and {@code <group>.svg}. Arguments: the folder
 * for these files, the group, JMH's options. Exit codes: 0 success, 1 a benchmark failed (then no file is written),
 * 2 wrong usage.
 */
public final class Main {
    private static final String QUICK = "--quick";
    private static final String SOAK = "soak";
    private static final String PROBES = "probes";
    private static final String ADMIN = "admin";
    private static final String RELOADS = "reloads";
    private static final String SOAK_MINUTES = "10";
    private static final String SOAK_CONNECTIONS = "5000000";
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private Main() {}

    /** The entry point of {@code lvs-benchmarks/run}. */
    public static void main(String[] args) throws IOException {
        System.exit(run(args));
    }

    private static int run(String[] args) throws IOException {
        if (args.length < 2) {
            return usage("no group given");
        }
        if (args[1].equals(SOAK)) {
            return soak(args);
        }
        if (args[1].equals(PROBES)) {
            ProbeCost.run(Arrays.asList(args).subList(2, args.length));
            return 0;
        }
        if (args[1].equals(ADMIN)) {
            return admin(Arrays.asList(args).subList(2, args.length));
        }
        if (args[1].equals(RELOADS)) {
            return reloads();
        }
        Group group = Group.find(args[1]).orElse(null);
        if (group == null) {
            return usage("there is no group '" + args[1] + "'");
        }
        List<String> options = new ArrayList<>(Arrays.asList(args).subList(2, args.length));
        boolean quick = options.remove(QUICK);
        String[] jmhArgs = options.toArray(String[]::new);
        List<RunResult> results = new ArrayList<>();
        JsonArray measured = new JsonArray();
        Map<String, String> facts = Machine.facts();
        facts.put(
                "Command",
                ("lvs-benchmarks/run " + group.label() + " " + (quick ? QUICK + " " : "") + String.join(" ", jmhArgs))
                        .strip());
        facts.put("Load before", Machine.load());
        try {
            CommandLineOptions user = new CommandLineOptions(jmhArgs);
            if (user.shouldHelp()) {
                user.showHelp();
                return 0;
            }
            List<Options> runs = runs(group, user, quick);
            List<Harness> harnesses = harnesses(group, user, quick);
            if (runs.isEmpty() && harnesses.isEmpty()) {
                return usage("the group '" + group.label() + "' has no run with these parameters: "
                        + String.join(" ", jmhArgs));
            }
            for (Options run : runs) {
                results.addAll(new Runner(run).run());
            }
            for (Harness harness : harnesses) {
                harness.run(measured, quick);
            }
        } catch (CommandLineOptionException e) {
            return usage(e.getMessage());
        } catch (RunnerException | IOException e) {
            System.err.println("run: " + e.getMessage());
            return FAILED;
        }
        // Includes the run itself. A load far above its number of threads means that other programs ran as well.
        facts.put("Load after", Machine.load());
        write(Path.of(args[0]), group, facts, results, measured);
        return 0;
    }

    /** The JMH runs of a group, in order. */
    static List<Options> runs(Group group, Options user, boolean quick) {
        return group.plans().stream()
                .filter(plan -> isSelected(plan.benchmark(), user))
                .map(plan -> quick ? plan.toQuick() : plan)
                .map(plan -> plan.narrowedBy(user))
                .filter(plan -> !plan.isEmpty())
                .flatMap(plan -> plan.options(user).stream())
                .toList();
    }

    /** Whether the user names this class, or no class at all. */
    private static boolean isSelected(Class<?> measured, Options user) {
        return user.getIncludes().isEmpty()
                || user.getIncludes().stream()
                        .anyMatch(name -> Pattern.compile(name)
                                .matcher(measured.getName())
                                .find());
    }

    /** The programs of a group, in order. */
    static List<Harness> harnesses(Group group, Options user, boolean quick) {
        return group.harnesses().stream()
                .filter(harness -> isSelected(harness.program(), user) && !(quick && harness.isLong()))
                .map(harness -> harness.narrowedBy(user))
                .filter(harness -> !harness.peers().isEmpty())
                .toList();
    }

    private static void write(
            Path folder, Group group, Map<String, String> facts, List<RunResult> timed, JsonArray measured)
            throws IOException {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(raw, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(timed);
        }
        String json = Result.published(raw.toString(StandardCharsets.UTF_8), measured);
        List<Result> results = Result.parse(json);
        String title = group.label() + ": " + group.question();
        String page = Report.of(title, facts, group.baseline(), group.goals(), results);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(group.label() + ".json"), json);
        Files.writeString(folder.resolve(group.label() + ".md"), page);
        String drawing = Chart.of(title, facts, results);
        if (!drawing.isEmpty()) {
            Files.writeString(folder.resolve(group.label() + ".svg"), drawing);
        }
        System.out.println("\n" + page + "\nWritten to " + folder);
    }

    private static int admin(List<String> arguments) throws IOException {
        try {
            if (!arguments.isEmpty() && arguments.get(0).equals("wrk")) {
                WrkLoad.run(arguments.subList(1, arguments.size()));
            } else {
                AdminLoad.run(arguments);
            }
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    /** Runs the soak test in a separate JVM; returns its exit code. */
    private static int soak(String[] args) throws IOException {
        String minutes = args.length > 2 ? args[2] : SOAK_MINUTES;
        if (args.length > 3 || !minutes.matches("[0-9.]*[0-9]")) {
            return usage("soak takes one argument, a number of minutes");
        }
        List<String> command = new ArrayList<>(List.of(Harness.java()));
        command.addAll(Effort.heapArgs("6g"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Soak.class.getName()));
        command.addAll(List.of(args[0], minutes, SOAK_CONNECTIONS));
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        } finally {
            process.destroy();
        }
    }

    private static int reloads() {
        try {
            ReloadCost.run();
            return 0;
        } catch (KeepalivedException e) {
            System.err.println("run: " + e.getMessage());
            return FAILED;
        }
    }

    private static int usage(String problem) {
        System.err.println("run: " + problem);
        System.err.println(
                "usage: lvs-benchmarks/run GROUP [--quick] [JMH OPTIONS]   (-h after the group lists the options)");
        System.err.println("groups:");
        for (Group group : Group.values()) {
            System.err.printf("  %-12s %s%n", group.label(), group.question());
        }
        System.err.printf(
                "  %-12s %s%n",
                SOAK,
                "millions of connections opened and ended for some minutes, " + SOAK_MINUTES
                        + " by default: run soak [MINUTES]");
        System.err.printf(
                "  %-12s %s%n", PROBES, "the processor time of probing 1,000 servers: run probes [SECONDS EACH]");
        System.err.printf(
                "  %-12s %s%n",
                ADMIN,
                "how long clients of a relay wait while others use its admin endpoint: run admin [wrk] [SECONDS EACH]");
        System.err.printf("  %-12s %s%n", RELOADS, "the time of a reload of 5,000 services");
        return USAGE;
    }
}
