package org.lvs4j.examples.standalone.top;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Executes commands of {@code lvsadm} in a running daemon. Thread-safe. */
@FunctionalInterface
public interface LvsdClient {
    /** The command line whose output is the document of a {@link Snapshot}. */
    List<String> SNAPSHOT = List.of("top", "--snapshot");

    /**
     * Executes a command.
     *
     * @return the exit code
     * @throws IOException telling in words why the daemon cannot be reached
     */
    int run(List<String> arguments, OutputStream output, OutputStream error) throws IOException;
}
