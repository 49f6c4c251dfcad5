package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program that is run directly, without a shell. Immutable.
 *
 * @param command the program and its arguments; at least the program
 * @param user the user it runs as; null for that of this process
 * @param group its group; null for that of the user
 */
public record Script(
        List<String> command,
        @Nullable String user,
        @Nullable String group) {
    /**
     * Checks the command.
     *
     * @throws IllegalArgumentException if it names no program
     */
    public Script {
        command = List.copyOf(requireNonNull(command, "command"));
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw new IllegalArgumentException("a script needs a program");
        }
    }

    /** A program with its arguments, run as the user of this process. */
    public static Script of(String... command) {
        return new Script(List.of(requireNonNull(command, "command")), null, null);
    }

    /** The command, separated by blanks. */
    @Override
    public String toString() {
        return String.join(" ", command);
    }
}
