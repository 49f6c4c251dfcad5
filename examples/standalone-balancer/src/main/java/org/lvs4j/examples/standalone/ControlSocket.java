package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the control socket, accessible to its owner only. A lock file beside it, whose lock the system releases
 * when the process ends, distinguishes a socket in use from a stale one.
 */
final class ControlSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final FileChannel lock;

    private ControlSocket(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Locks a path for this process and removes a stale socket.
     *
     * @throws IOException if another daemon uses the path, a file there is not a socket, or the lock cannot be created
     */
    static ControlSocket claim(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            Files.createDirectories(directory, OWNER_DIRECTORY);
        }
        SocketPath.requireTrustworthy(absolute);
        FileChannel lock = FileChannel.open(
                absolute.resolveSibling(absolute.getFileName() + ".lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(OWNER_FILE));
        try {
            if (!locked(lock) || answers(absolute)) {
                throw new IOException("another lvsd is listening on " + path + "; use another --socket for this one");
            }
            removeStale(absolute);
            return new ControlSocket(absolute, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static boolean locked(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static boolean answers(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            return false;
        }
    }

    private static void removeStale(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        boolean socket = Files.getAttribute(path, "basic:isOther", LinkOption.NOFOLLOW_LINKS)
                .equals(true);
        if (!socket) {
            throw new IOException(path + " exists and is not a socket; remove it or use another --socket");
        }
        Files.delete(path);
    }

    /** Binds the socket. */
    ServerSocketChannel listen() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(path), ControlServer.MAX_CONNECTIONS);
            Files.setPosixFilePermissions(path, OWNER_FILE);
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw new IOException("cannot listen on " + path + ": " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    /**
     * Removes the socket and releases the lock. The empty lock file stays: removing it would race with the
     * next daemon. Idempotent.
     */
    @Override
    public void close() {
        if (!lock.isOpen()) {
            return;
        }
        try (lock) {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("control socket: cannot remove {}: {}", path, e.getMessage());
        }
    }
}
