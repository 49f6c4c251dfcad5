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
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the control socket, accessible to its owner only. A lock file beside it, whose lock the system releases
 * when the process ends, distinguishes a socket in use from a stale one.
 *
 * <p>The socket is bound in a new directory that only the owner can enter, made private, and then moved to its place,
 * so that no other user can connect at any moment, whatever the umask is.
 */
final class ControlSocket implements AutoCloseable {
    /** Connections that the system holds until the server accepts them; further clients wait. */
    private static final int BACKLOG = 128;

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final String PRIVATE_DIRECTORY = ".lv%04x";
    static final String PRIVATE_SOCKET = "s";

    /** The longest time that another daemon may hold a lock that it has released, or that it does not need. */
    private static final Duration LOCK_LIMIT = Duration.ofSeconds(5);

    private final Path path;
    private final Path lockPath;
    private @Nullable FileChannel lock;
    /** Bound at a private path, but not at the right one yet. */
    private @Nullable ServerSocketChannel unpublished;

    private @Nullable Path privatePath;

    /** The identity of the socket at the path that this daemon may remove: its own, or one that was left over. */
    private @Nullable Object ownSocket;

    private ControlSocket(Path path, Path lockPath, @Nullable FileChannel lock) {
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
        Path path = checked(given);
        try {
            Path lockPath = lockPath(path);
            FileChannel lock = locked(path, lockPath, true);
            if (lock == null) {
                throw inUse(path);
            }
            ControlSocket socket = new ControlSocket(path, lockPath, lock);
            // A socket there is left over: nothing answers, and no daemon has the lock.
            socket.ownSocket = identity(path);
            return socket;
        } catch (FileSystemException e) {
            throw new IOException("the control socket " + given + ": " + Reason.of(e), e);
        }
    }

    /**
     * Binds a socket that shall take the place of another daemon's, without touching that one. {@link #publish} does.
     *
     * @throws IOException as for {@link #claim}
     */
    static ControlSocket inherit(Path given) throws IOException {
        Path path = checked(given);
        ControlSocket socket = new ControlSocket(path, lockPath(path), null);
        socket.unpublished = socket.bind();
        return socket;
    }

    private static Path lockPath(Path path) {
        return path.resolveSibling(path.getFileName() + ".lock");
    }

    private static Path checked(Path given) throws IOException {
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
            return path;
        } catch (FileSystemException e) {
            throw new IOException("the control socket " + given + ": " + Reason.of(e), e);
        }
    }

    /** A lock, or null if another daemon has it, or if that is asked for, answers at the path. */
    private static @Nullable FileChannel locked(Path path, Path lockPath, boolean ask) throws IOException {
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
                    return null;
                }
                if (!isStill(lock, lockPath)) {
                    continue;
                }
                if (ask && answers(path)) {
                    Files.deleteIfExists(lockPath);
                    return null;
                }
                kept = true;
                return lock;
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
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !SocketPath.isSocket(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(path + " exists and is not a socket; remove it or use another --socket");
        }
    }

    /** Binds the socket, in place of a stale one; or returns the inherited one. */
    synchronized ServerSocketChannel listen() throws IOException {
        if (unpublished != null) {
            return unpublished;
        }
        ServerSocketChannel listener = bind();
        try {
            move();
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    /** Puts an inherited socket in place of the other daemon's, which must have released it, or must have ended. */
    synchronized void publish() throws IOException {
        long deadlineNanos = System.nanoTime() + LOCK_LIMIT.toNanos();
        FileChannel taken = locked(path, lockPath, false);
        while (taken == null && System.nanoTime() - deadlineNanos < 0) {
            LockSupport.parkNanos(LOCK_LIMIT.toNanos() / 500);
            taken = locked(path, lockPath, false);
        }
        if (taken == null) {
            throw new IOException("another lvsd has the lock " + lockPath);
        }
        lock = taken;
        move();
        unpublished = null;
    }

    private ServerSocketChannel bind() throws IOException {
        Path directory = privateDirectory();
        Path bound = directory.resolve(PRIVATE_SOCKET);
        privatePath = bound;
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(bound), BACKLOG);
            Files.setPosixFilePermissions(bound, OWNER_FILE);
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            removePrivate();
            throw cannotListen(e);
        }
    }

    private void move() throws IOException {
        try {
            requireSocketOrNothing(path);
            Files.move(
                    Objects.requireNonNull(privatePath),
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            ownSocket = identity(path);
        } catch (IOException | RuntimeException e) {
            throw cannotListen(e);
        } finally {
            removePrivate();
        }
    }

    private IOException cannotListen(Exception e) {
        return new IOException("cannot listen on " + path + ": " + Reason.of(e), e);
    }

    private void removePrivate() throws IOException {
        Path bound = privatePath;
        if (bound != null) {
            privatePath = null;
            Files.deleteIfExists(bound);
            Files.deleteIfExists(Objects.requireNonNull(bound.getParent()));
        }
    }

    /** A new directory beside the socket, for this user only. The caller removes it. */
    Path privateDirectory() throws IOException {
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

    /** What distinguishes a file from all others, or null if there is no such file. */
    private static @Nullable Object identity(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Leaves the path and the lock file to another daemon. */
    synchronized void release() throws IOException {
        FileChannel held = lock;
        lock = null;
        if (held != null) {
            held.close();
        }
    }

    /** Removes the socket and the lock file, unless they are another daemon's, and releases the lock. Idempotent. */
    @Override
    public synchronized void close() {
        FileChannel held = lock;
        lock = null;
        try (held) {
            removePrivate();
            // After their files have been removed, another daemon may have claimed the path.
            if (held != null && Objects.equals(ownSocket, identity(path))) {
                Files.deleteIfExists(path);
            }
            if (held != null && isStill(held, lockPath)) {
                Files.deleteIfExists(lockPath);
            }
        } catch (IOException e) {
            LOG.warn("control socket: cannot remove it: {}", Reason.of(e));
        }
    }
}
