package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the control socket, accessible to its owner only. A lock file beside it, whose lock the system releases
 * when the process ends, distinguishes a socket in use from a stale one.
 *
 * <p>The socket is bound in a new directory that only the owner can enter, made private, and then moved to its place, so
 * that no other user can connect at any moment, whatever the umask is.
 */
final class ControlSocket implements AutoCloseable {
    /** Connections that the system holds until the server accepts them; further clients wait. */
    private static final int BACKLOG = 128;

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final String PRIVATE_DIRECTORY = ".lv%04x";
    private static final String PRIVATE_SOCKET = "s";

    private final Path path;
    private final Path lockPath;
    private final FileChannel lock;

    private ControlSocket(Path path, Path lockPath, FileChannel lock) {
        this.path = path;
        this.lockPath = lockPath;
        this.lock = lock;
    }

    /**
     * Locks a path for this process. A refusal leaves no file behind.
     *
     * @throws IOException with the reason: another daemon uses the path, a file there is not a socket, another user
     *     could replace it, it is too long, or the lock cannot be created
     */
    static ControlSocket claim(Path given) throws IOException {
        Path path = given.toAbsolutePath().normalize();
        Path name = path.getFileName();
        Path directory = path.getParent();
        if (name == null || directory == null) {
            throw new IOException(given + ": a directory, not a path for the control socket");
        }
        int bound = PRIVATE_DIRECTORY.length() + PRIVATE_SOCKET.length() + 1;
        SocketPath.requireShort(path, Math.max(0, bound - name.toString().getBytes(StandardCharsets.UTF_8).length));
        try {
            TrustedPath.requireForDaemon(path);
            Files.createDirectories(directory, OWNER_DIRECTORY);
            requireSocketOrNothing(path);
            return locked(path, path.resolveSibling(name + ".lock"));
        } catch (FileSystemException e) {
            throw new IOException("the control socket " + given + ": " + Reason.of(e), e);
        }
    }

    private static ControlSocket locked(Path path, Path lockPath) throws IOException {
        while (true) {
            FileChannel lock = FileChannel.open(
                    lockPath,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(OWNER_FILE));
            boolean kept = false;
            try {
                if (!tryLock(lock)) {
                    throw inUse(path);
                }
                if (!isStill(lock, lockPath)) {
                    continue;
                }
                if (answers(path)) {
                    Files.deleteIfExists(lockPath);
                    throw inUse(path);
                }
                kept = true;
                return new ControlSocket(path, lockPath, lock);
            } finally {
                if (!kept) {
                    lock.close();
                }
            }
        }
    }

    private static IOException inUse(Path path) {
        return new IOException("another lvsd is listening on " + path + "; use another --socket for this one");
    }

    private static boolean tryLock(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Whether a locked file is the one at its path: a daemon that ends removes it. */
    private static boolean isStill(FileChannel lock, Path lockPath) throws IOException {
        byte[] mark = (ProcessHandle.current().pid() + " " + new SplittableRandom().nextLong() + "\n")
                .getBytes(StandardCharsets.US_ASCII);
        lock.truncate(0).write(ByteBuffer.wrap(mark), 0);
        try {
            return Arrays.equals(mark, Files.readAllBytes(lockPath));
        } catch (NoSuchFileException e) {
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

    private static void requireSocketOrNothing(Path path) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && !Files.getAttribute(path, "basic:isOther", LinkOption.NOFOLLOW_LINKS)
                        .equals(true)) {
            throw new IOException(path + " exists and is not a socket; remove it or use another --socket");
        }
    }

    /** Binds the socket, in place of a stale one. */
    ServerSocketChannel listen() throws IOException {
        Path directory = privateDirectory();
        Path bound = directory.resolve(PRIVATE_SOCKET);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(bound), BACKLOG);
            Files.setPosixFilePermissions(bound, OWNER_FILE);
            requireSocketOrNothing(path);
            Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            Files.deleteIfExists(bound);
            throw new IOException("cannot listen on " + path + ": " + Reason.of(e), e);
        } finally {
            Files.deleteIfExists(directory);
        }
    }

    private Path privateDirectory() throws IOException {
        SplittableRandom random = new SplittableRandom();
        for (int attempt = 0; ; attempt++) {
            Path directory = path.resolveSibling(String.format(PRIVATE_DIRECTORY, random.nextInt(1 << 16)));
            try {
                return Files.createDirectory(directory, OWNER_DIRECTORY);
            } catch (FileSystemException e) {
                if (attempt == 100 || !Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                    throw new IOException("cannot listen on " + path + ": " + Reason.of(e), e);
                }
            }
        }
    }

    Path path() {
        return path;
    }

    /** Removes the socket and the lock file, and releases the lock. Idempotent. */
    @Override
    public void close() {
        if (!lock.isOpen()) {
            return;
        }
        try (lock) {
            Files.deleteIfExists(path);
            Files.deleteIfExists(lockPath);
        } catch (IOException e) {
            LOG.warn("control socket: cannot remove it: {}", Reason.of(e));
        }
    }
}
