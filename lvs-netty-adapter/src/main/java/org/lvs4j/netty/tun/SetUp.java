package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands that have been done, which follows what is wanted and takes back what is not. Belongs to one thread at a
 * time.
 */
final class SetUp {
    private static final Logger LOGGER = LoggerFactory.getLogger(SetUp.class);

    private final UnaryOperator<String> shell;
    private List<Step> done = List.of();

    /**
     * Of nothing yet.
     *
     * @param shell runs a command, answers what it printed, and throws {@link TunException} if it fails
     */
    SetUp(UnaryOperator<String> shell) {
        this.shell = shell;
    }

    /**
     * Does what is new, then takes back what is no longer wanted. If one of the new ones fails, those before it are
     * taken back.
     *
     * @throws TunException if a command fails; everything is as it was then
     */
    void change(List<Step> wanted) {
        List<Step> made = new ArrayList<>();
        try {
            for (Step step : wanted) {
                if (!done.contains(step)) {
                    run(step.command());
                    made.add(step);
                }
            }
        } catch (TunException e) {
            takeBack(made);
            throw e;
        }
        List<Step> obsolete = new ArrayList<>(done);
        obsolete.removeAll(wanted);
        done = List.copyOf(wanted);
        takeBack(obsolete);
    }

    /** Takes everything back, last first; what fails is logged, and the rest is taken back nevertheless. */
    void undo() {
        List<Step> all = done;
        done = List.of();
        takeBack(all);
    }

    private void takeBack(List<Step> steps) {
        for (String command : undoing(steps)) {
            try {
                run(command);
            } catch (TunException e) {
                LOGGER.warn("taking back: {}", e.getMessage());
            }
        }
    }

    /** The commands that take steps back, in order. */
    static List<String> undoing(List<Step> steps) {
        List<String> commands = new ArrayList<>();
        for (Step step : steps) {
            if (step.undo() != null) {
                commands.add(step.undo());
            }
        }
        Collections.reverse(commands);
        return commands;
    }

    private String run(String command) {
        LOGGER.info("{}", command);
        return shell.apply(command);
    }

    /**
     * Removes the rules that a process that was killed has left behind. Their routes went with its device.
     *
     * @param table the first number of rules and tables
     * @throws TunException if the numbers are in use
     */
    void removeRests(int table) {
        for (String ip : List.of("ip", "ip -6")) {
            for (String line : ask(ip + " rule show").lines().toList()) {
                String preference = line.substring(0, Math.max(0, line.indexOf(':')));
                if (!preference.matches("\\d{1,9}")) {
                    continue;
                }
                int number = Integer.parseInt(preference);
                if (number < table || number >= table + SetUpPlan.RULES) {
                    continue;
                }
                for (int used = table; used < table + 2; used++) {
                    if (!ask(ip + " route show table " + used).isEmpty()) {
                        throw new TunException("routing table " + used + " is in use, by another lvsd or something"
                                + " else; choose other numbers by --table");
                    }
                }
                run(ip + " rule del pref " + number);
                if (number == table) {
                    tryTo(ip + " route flush table " + line.substring(line.lastIndexOf(' ') + 1));
                }
            }
        }
    }

    private String ask(String command) {
        try {
            return shell.apply(command);
        } catch (TunException e) {
            // A table that has never been used does not exist.
            LOGGER.debug("nothing to see", e);
            return "";
        }
    }

    private void tryTo(String command) {
        try {
            run(command);
        } catch (TunException e) {
            LOGGER.debug("nothing to take away", e);
        }
    }
}
