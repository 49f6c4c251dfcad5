package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The path of the control socket, the same for the daemon and the tool. */
final class SocketPath {
    static final String VARIABLE = "LVSD_SOCKET";

    /** The longest path of a Unix socket that the JDK takes: the system's field without two bytes. */
    static final int MAX_BYTES = System.getProperty("os.name", "").startsWith("Mac") ? 102 : 106;

    /** The bits of a file's mode that are its type, and those of a socket. */
    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    private SocketPath() {}

    /**
     * The path that the environment names, else a path private to the user.
     *
     * @throws IOException if it is not a path
     */
    static Path of(Map<String, String> environment, String user) throws IOException {
        try {
            String named = given(environment, VARIABLE);
            if (named != null) {
                return Path.of(named);
            }
            String runtime = given(environment, "XDG_RUNTIME_DIR");
            if (runtime != null) {
                return Path.of(runtime, "lvsd.sock");
            }
            String temporary = given(environment, "TMPDIR");
            String name = user.replaceAll("[^A-Za-z0-9._-]", "_");
            return Path.of(temporary == null ? "/tmp" : temporary, "lvsd-" + name, "lvsd.sock");
        } catch (InvalidPathException e) {
            throw new IOException("the control socket: " + Reason.of(e), e);
        }
    }

    /**
     * The path for this process.
     *
     * @throws IOException if the environment names something that is not a path
     */
    static Path ofThisProcess() throws IOException {
        return of(System.getenv(), self());
    }

    /** The owner of new files of this process: the user's name, or the number of a user without a name. */
    private static String self() {
        try {
            return Files.getOwner(Path.of("/proc/self")).getName();
        } catch (IOException | UnsupportedOperationException e) {
            return System.getProperty("user.name", "unknown");
        }
    }

    private static @Nullable String given(Map<String, String> environment, String variable) {
        String value = environment.get(variable);
        return value == null || value.isBlank() ? null : value;
    }

    /**
     * Whether a file is a socket, and not a pipe or a device.
     *
     * @throws IOException if there is no such file, or it cannot be looked at
     */
    static boolean isSocket(Path path, LinkOption... options) throws IOException {
        if (!Files.readAttributes(path, BasicFileAttributes.class, options).isOther()) {
            return false;
        }
        try {
            return ((Integer) Files.getAttribute(path, "unix:mode", options) & FILE_TYPE) == SOCKET;
        } catch (UnsupportedOperationException e) {
            // A system without modes has neither pipes nor devices among its files.
            return true;
        }
    }

    /**
     * Refuses a path that is too long for a socket.
     *
     * @param extraBytes how much longer the path may become
     * @throws IOException with both lengths
     */
    static void requireShort(Path socket, int extraBytes) throws IOException {
        int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes + extraBytes > MAX_BYTES) {
            throw new IOException("the path of the control socket is too long: " + socket + " has " + bytes
                    + " bytes; at most " + (MAX_BYTES - extraBytes) + " are possible");
        }
    }
}
