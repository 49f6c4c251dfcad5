package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;

/**
 * File descriptors that are kept open for a moment in which the process has no other: one is closed so that a client of
 * the control socket can be accepted. Not thread-safe.
 */
final class SpareDescriptors implements AutoCloseable {
    private static final int COUNT = 8;
    private static final Path ANY_FILE = Path.of("/dev/null");

    private final ArrayDeque<FileChannel> open = new ArrayDeque<>();

    /** Opens what is missing, as far as possible. */
    void refill() {
        try {
            while (open.size() < COUNT) {
                open.push(FileChannel.open(ANY_FILE, StandardOpenOption.READ));
            }
        } catch (IOException e) {
            // Still none: the next call tries again.
        }
    }

    /** Closes one; returns false if there is none. */
    boolean release() throws IOException {
        FileChannel spare = open.poll();
        if (spare == null) {
            return false;
        }
        spare.close();
        return true;
    }

    @Override
    public void close() throws IOException {
        while (release()) {
            // All of them.
        }
    }
}
