package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A change that is told to other programs. Immutable.
 *
 * @param line the line for the FIFO, such as {@code RS [10.0.0.2]:tcp:80 [10.0.0.1]:tcp:80 DOWN}
 * @param script the program to run; null for none
 */
public record Notification(String line, @Nullable Script script) {
    public Notification {
        requireNonNull(line, "line");
    }
}
