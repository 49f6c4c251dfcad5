package org.lvs4j.benchmarks.run;

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
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;

/**
 * Runs a group and writes {@code <group>.json} and {@code <group>.md}. Arguments: the folder for both, the group, JMH's
 * options. Exit codes: 0 done, 1 a benchmark failed (nothing is written then), 2 wrong usage.
 */
public final class Main {
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private Main() {}

    /** The entry point of {@code lvs-benchmarks/run}. */
    public static void main(String[] args) throws IOException {
        System.exit(run(args));
    }

    private static int run(String[] args) throws IOException {
        if (args.length < 2) {
            return usage("which group?");
        }
        Group group = Group.find(args[1]).orElse(null);
        if (group == null) {
            return usage("there is no group '" + args[1] + "'");
        }
        String[] jmhArgs = Arrays.copyOfRange(args, 2, args.length);
        List<RunResult> results = new ArrayList<>();
        Map<String, String> facts = Machine.facts();
        facts.put("Command", ("lvs-benchmarks/run " + group.label() + " " + String.join(" ", jmhArgs)).strip());
        facts.put("Load before", Machine.load());
        try {
            CommandLineOptions user = new CommandLineOptions(jmhArgs);
            if (user.shouldHelp()) {
                user.showHelp();
                return 0;
            }
            List<Options> runs = runs(group, user);
            if (runs.isEmpty()) {
                return usage("the group '" + group.label() + "' has nothing with these parameters: "
                        + String.join(" ", jmhArgs));
            }
            for (Options options : runs) {
                results.addAll(new Runner(options).run());
            }
        } catch (CommandLineOptionException e) {
            return usage(e.getMessage());
        } catch (RunnerException e) {
            System.err.println("run: " + e.getMessage());
            return FAILED;
        }
        // Includes the run itself: much more than its threads means that others disturbed it.
        facts.put("Load after", Machine.load());
        write(Path.of(args[0]), group, facts, results);
        return 0;
    }

    /** Everything to run for a group, in order. */
    static List<Options> runs(Group group, Options user) {
        return group.plans().stream()
                .map(plan -> plan.narrowedBy(user))
                .filter(plan -> !plan.isEmpty())
                .flatMap(plan -> plan.options(user).stream())
                .toList();
    }

    private static void write(Path folder, Group group, Map<String, String> facts, List<RunResult> results)
            throws IOException {
        Path json = Files.createDirectories(folder).resolve(group.label() + ".json");
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(raw, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        }
        Files.writeString(json, Result.published(raw.toString(StandardCharsets.UTF_8)));
        Path page = folder.resolve(group.label() + ".md");
        String title = group.label() + ": " + group.question();
        String text = Report.of(title, facts, group.baseline(), Result.parse(Files.readString(json)));
        Files.writeString(page, text);
        System.out.println("\n" + text + "\nWritten: " + json + " and " + page);
    }

    private static int usage(String problem) {
        System.err.println("run: " + problem);
        System.err.println("usage: lvs-benchmarks/run GROUP [JMH OPTIONS]   (-h after the group lists the options)");
        System.err.println("groups:");
        for (Group group : Group.values()) {
            System.err.printf("  %-12s %s%n", group.label(), group.question());
        }
        return USAGE;
    }
}
