package org.lvs4j.examples.standalone;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code run} about the state file. */
final class StateOptions {
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description = "Saves the servers of persistent clients, drains and counters in this file at the end, and"
                    + " restores them from it at the start (default: they are forgotten).")
    private @Nullable Path file;

    @Option(
            names = "--state-interval",
            paramLabel = "TIME",
            description = "How often --state is saved while lvsd serves, so that a crash loses no more, at least 1s"
                    + " (default: only at the end).")
    private @Nullable Duration interval;

    /**
     * Refuses options that do not fit together.
     *
     * @throws IllegalArgumentException naming the option
     */
    void check() {
        if (interval != null && file == null) {
            throw new IllegalArgumentException("--state-interval: only with --state");
        } else if (interval != null && interval.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "--state-interval: " + DurationConverter.print(interval) + " is shorter than 1s");
        }
    }

    /**
     * The file, or null if no state is to be saved.
     *
     * @throws StartException if it cannot be used
     */
    @Nullable
    StateFile open() throws StartException {
        return file == null ? null : StateFile.open(file);
    }

    /** How often the state is saved; null for only at the end. */
    @Nullable
    Duration interval() {
        return interval;
    }
}
