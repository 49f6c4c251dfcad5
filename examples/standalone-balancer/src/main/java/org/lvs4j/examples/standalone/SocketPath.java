package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The default path of the control socket, the same for the daemon and the tool. */
final class SocketPath {
    static final String VARIABLE = "LVSD_SOCKET";

    private static final Set<PosixFilePermission> OF_OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private SocketPath() {}

    /** The path that the environment names, else a path private to the user. */
    static Path of(Map<String, String> environment, String user) {
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
    }

    static Path ofThisProcess() {
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
     * Refuses a socket in a directory that another user may have created: one below a world-writable directory, such as
     * {@code /tmp}, that is not private to this user.
     *
     * @throws IOException naming the directory and its owner
     */
    static void requireTrustworthy(Path socket) throws IOException {
        Path directory = socket.toAbsolutePath().getParent();
        Path above = directory == null ? null : directory.getParent();
        if (directory == null || above == null || !Files.isDirectory(directory) || !writableByAll(above)) {
            return;
        }
        PosixFileAttributes found =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String self = self();
        boolean own =
                found.owner().getName().equals(self) || found.owner().getName().equals("root");
        if (!own || found.permissions().stream().anyMatch(OF_OTHERS::contains)) {
            throw new IOException("the directory " + directory + " is not private: it belongs to "
                    + found.owner().getName() + " and should belong to " + self + " with mode 0700");
        }
    }

    private static boolean writableByAll(Path directory) throws IOException {
        return Files.getFileStore(directory).supportsFileAttributeView("posix")
                && Files.getPosixFilePermissions(directory).contains(PosixFilePermission.OTHERS_WRITE);
    }
}
