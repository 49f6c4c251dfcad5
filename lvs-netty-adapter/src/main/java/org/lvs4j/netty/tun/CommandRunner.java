package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs the commands of a set-up. Not thread-safe. */
@FunctionalInterface
interface CommandRunner {
    /** A runner that does nothing. */
    CommandRunner NONE = command -> "";

    /**
     * Runs a command to its end.
     *
     * @return its output
     * @throws TunException with its output, if it fails
     */
    String run(String command);

    /** Runs commands in order until one fails. */
    default Outcome runAll(List<String> commands) {
        for (int i = 0; i < commands.size(); i++) {
            try {
                run(commands.get(i));
            } catch (TunException e) {
                return new Outcome(i, e);
            }
        }
        return new Outcome(commands.size(), null);
    }

    /** Runs commands in order, all of them even if some fail; returns a message for each that failed. */
    default List<String> runEach(List<String> commands) {
        List<String> failures = new ArrayList<>();
        for (String command : commands) {
            try {
                run(command);
            } catch (TunException e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }
        return failures;
    }

    /**
     * The outcome of a list of commands.
     *
     * @param succeeded how many of them succeeded, before the one that failed
     * @param failure why that one failed, or null if none did
     */
    record Outcome(int succeeded, @Nullable TunException failure) {}
}
