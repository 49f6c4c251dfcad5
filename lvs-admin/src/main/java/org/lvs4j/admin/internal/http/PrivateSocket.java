package org.lvs4j.admin.internal.http;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a Unix socket that only its owner may use, from its first moment: it is bound in a new directory that only
 * the owner can enter, made private, and moved to its place.
 */
public final class PrivateSocket implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final Path directory;
    private final Path bound;
    private @Nullable Object own;

    private PrivateSocket(Path path, Path directory) {
        this.path = path;
        this.directory = directory;
        bound = directory.resolve("s");
    }

    /**
     * Prepares a place to bind.
     *
     * @throws IOException with the reason for an operator: something else is at the path, or a directory is missing
     */
    static PrivateSocket at(Path given) throws IOException {
        Path path = given.toAbsolutePath().normalize();
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException(given + ": a directory, not a path for a socket");
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            requireStaleSocket(path);
        }
        requireDirectory(path);
        try {
            return new PrivateSocket(path, Files.createTempDirectory(parent, ".lv", OWNER_DIRECTORY));
        } catch (FileSystemException e) {
            String reason = e instanceof AccessDeniedException ? "this user may not write there" : e.getMessage();
            throw new IOException("no socket can be made in " + parent + ": " + reason, e);
        }
    }

    /**
     * Checks that the directory of a socket exists.
     *
     * @throws IOException with what to do if it does not
     */
    public static void requireDirectory(Path path) throws IOException {
        Path parent = path.toAbsolutePath().normalize().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw new IOException("no socket can be made at " + path + ": the directory " + parent
                    + " does not exist; make it, for its owner only");
        }
    }

    private static void requireStaleSocket(Path path) throws IOException {
        if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new IOException(path + " exists and is not a socket");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            return;
        }
        throw new IOException("another process listens at " + path);
    }

    /** Where to bind. */
    Path bindPath() {
        return bound;
    }

    /** Puts the bound socket in its place. */
    void publish() throws IOException {
        Files.setPosixFilePermissions(bound, OWNER_FILE);
        own = identity(bound);
        Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(directory);
    }

    private static @Nullable Object identity(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Removes the file, unless another process has put its own there. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(bound);
        Files.deleteIfExists(directory);
        if (own != null && Files.exists(path, LinkOption.NOFOLLOW_LINKS) && own.equals(identity(path))) {
            Files.deleteIfExists(path);
        }
    }
}
