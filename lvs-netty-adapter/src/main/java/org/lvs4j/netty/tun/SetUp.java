package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes the steps of a set-up on this host, and takes back those that are no longer needed. The cost of a change
 * depends on what it changes. Not thread-safe.
 */
final class SetUp {
    private static final Logger LOGGER = LoggerFactory.getLogger(SetUp.class);

    /** More commands at once than this are logged as one line. */
    private static final int MOST_LOGGED = 100;

    /** The parts of messages of {@code ip} about an object that exists, or does not. */
    private static final List<String> EXISTS = List.of("File exists", "already assigned");

    private static final List<String> GONE =
            List.of("No such process", "No such file or directory", "Cannot find device");

    private final CommandRunner runner;
    private final KernelState kernel;
    // In the order in which they were executed.
    private final Set<Step> done = new LinkedHashSet<>();

    /**
     * A set-up without steps.
     *
     * @param runner executes the commands
     * @param kernel tells which steps are in force
     */
    SetUp(CommandRunner runner, KernelState kernel) {
        this.runner = runner;
        this.kernel = kernel;
    }

    /**
     * Executes new steps, then takes back obsolete ones. If one of the new ones fails, those before it are taken back.
     * A step that is in force already does not fail.
     *
     * @param added the steps to execute, in order
     * @param obsolete the steps to take back, last first; one that cannot be taken back is logged
     * @throws TunException if a new step fails; everything is as it was then
     */
    void change(List<Step> added, List<Step> obsolete) {
        log(commands(added));
        List<Step> executed = new ArrayList<>();
        List<Step> left = added;
        while (!left.isEmpty()) {
            CommandRunner.Outcome outcome = runner.runAll(commands(left));
            executed.addAll(left.subList(0, outcome.succeeded()));
            if (outcome.failure() == null) {
                break;
            }
            List<Step> rest = left.subList(outcome.succeeded(), left.size());
            left = isAny(outcome.failure().getMessage(), EXISTS) ? kernel.missing(rest) : rest;
            if (left.contains(rest.get(0))) {
                takeBack(executed);
                throw outcome.failure();
            }
        }
        done.addAll(added);
        obsolete.forEach(done::remove);
        takeBack(obsolete);
    }

    private static List<String> commands(List<Step> steps) {
        return steps.stream().map(Step::command).toList();
    }

    private static boolean isAny(@Nullable String message, List<String> parts) {
        return message != null && parts.stream().anyMatch(message::contains);
    }

    /** The steps that are not in force, in order. */
    List<Step> missing(List<Step> steps) {
        return kernel.missing(steps);
    }

    /**
     * Executes steps again that something else has undone, all of them even if some fail.
     *
     * @return a message for each that failed
     */
    List<String> repeat(List<Step> steps) {
        List<String> commands = commands(steps);
        commands.forEach(command -> LOGGER.debug("{}", command));
        return runner.runEach(commands);
    }

    /** Takes everything back, last first. A step that cannot be taken back is logged. */
    void undo() {
        List<Step> all = List.copyOf(done);
        done.clear();
        takeBack(all);
    }

    private void takeBack(Collection<Step> steps) {
        List<String> commands = undoing(steps);
        log(commands);
        List<String> failures = new ArrayList<>(runner.runEach(commands));
        // Something else has taken these back.
        failures.removeIf(failure -> isAny(failure, GONE));
        failures.stream().limit(MOST_LOGGED).forEach(failure -> LOGGER.warn("taking back: {}", failure));
        if (failures.size() > MOST_LOGGED) {
            int more = failures.size() - MOST_LOGGED;
            LOGGER.warn("taking back: {} further command{} failed", more, more == 1 ? "" : "s");
        }
    }

    /** The commands that take steps back, in order. */
    static List<String> undoing(Collection<Step> steps) {
        List<String> commands = new ArrayList<>();
        for (Step step : steps) {
            if (step.undo() != null) {
                commands.add(step.undo());
            }
        }
        Collections.reverse(commands);
        return commands;
    }

    private static void log(List<String> commands) {
        if (commands.size() <= MOST_LOGGED) {
            commands.forEach(command -> LOGGER.info("{}", command));
        } else {
            LOGGER.info(
                    "{} commands, from '{}' to '{}'",
                    commands.size(),
                    commands.get(0),
                    commands.get(commands.size() - 1));
            commands.forEach(command -> LOGGER.debug("{}", command));
        }
    }

    /**
     * Removes the rules that a killed process has left behind. Their routes have ended with its device, unless the
     * device was made to outlive it.
     *
     * @param table the first number of rules and tables
     * @param device the device, if no other process can have it open; empty otherwise
     * @throws TunException if the numbers are in use
     */
    void removeLeftovers(int table, String device) {
        for (String ip : List.of("ip", "ip -6")) {
            List<String> commands = new ArrayList<>();
            for (String line : query(ip + " rule show").lines().toList()) {
                String preference = line.substring(0, Math.max(0, line.indexOf(':')));
                int number = preference.matches("\\d{1,9}") ? Integer.parseInt(preference) : -1;
                if (number < table || number >= table + SetUpPlan.RULES) {
                    continue;
                }
                if (commands.isEmpty()) {
                    flushOwnRoutes(ip, table, device);
                }
                commands.add(ip + " rule del pref " + number);
                if (number == table && line.contains(" lookup ")) {
                    flush(ip + " route flush table " + line.substring(line.lastIndexOf(' ') + 1));
                }
            }
            log(commands);
            TunException failure = runner.runAll(commands).failure();
            if (failure != null) {
                throw failure;
            }
        }
    }

    private void flushOwnRoutes(String ip, int table, String device) {
        for (int used = table; used < table + 2; used++) {
            List<String> routes =
                    query(ip + " route show table " + used).lines().toList();
            if (!routes.stream().allMatch(route -> (route + " ").contains(" dev " + device + " "))) {
                throw new TunException("routing table " + used + " is in use, by another lvsd or something"
                        + " else; choose other numbers by --table");
            }
            if (!routes.isEmpty()) {
                flush(ip + " route flush table " + used + " dev " + device);
            }
        }
    }

    private String query(String command) {
        try {
            return runner.run(command);
        } catch (TunException e) {
            // A table that has never been used does not exist.
            LOGGER.debug("no output", e);
            return "";
        }
    }

    private void flush(String command) {
        try {
            LOGGER.info("{}", command);
            runner.run(command);
        } catch (TunException e) {
            LOGGER.debug("nothing to flush", e);
        }
    }
}
