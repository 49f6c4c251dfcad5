package org.lvs4j.netty.health;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Script;

/**
 * A FIFO to which a monitor writes a line for each change of a server or quorum. Immutable.
 *
 * @param path its path; it is made if it is missing
 * @param reader a program that the monitor runs while it writes, with the path as its last argument; it is started again a
 *     second after it has ended. Null for none
 */
public record NotifyFifo(Path path, @Nullable Script reader) {
    public NotifyFifo {
        requireNonNull(path, "path");
    }

    /** A FIFO that other programs read. */
    public static NotifyFifo of(Path path) {
        return new NotifyFifo(path, null);
    }
}
