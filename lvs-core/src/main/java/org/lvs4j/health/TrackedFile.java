package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file whose number is followed. A missing file and one without a number count as 0. Immutable.
 *
 * @param name its name in the configuration
 * @param path where it is
 * @param initial what is written to it at the start; null for nothing
 */
public record TrackedFile(String name, Path path, @Nullable Initial initial) {
    /**
     * What is written to a file at the start.
     *
     * @param value the number
     * @param overwrite whether a file that exists is replaced
     */
    public record Initial(int value, boolean overwrite) {}

    public TrackedFile {
        requireNonNull(name, "name");
        requireNonNull(path, "path");
    }
}
