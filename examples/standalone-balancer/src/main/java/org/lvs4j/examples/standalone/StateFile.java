package org.lvs4j.examples.standalone;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.DirectorState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a {@link DirectorState}. It is replaced as a whole: a new file beside it, accessible to its owner only, is
 * written, forced to the disk, and moved to its place, so that a crash at any moment leaves the old content or the new
 * one. A file that cannot be read is set aside, and the last {@value #KEPT} of these are kept. Thread-safe.
 */
final class StateFile {
    private static final int KEPT = 3;

    /** The part of the heap that a state may take: what it is restored to takes more. */
    private static final int HEAP_PART = 8;

    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private final Path directory;

    private StateFile(Path path, Path directory) {
        this.path = path;
        this.directory = directory;
    }

    /**
     * A file that need not exist yet.
     *
     * @throws StartException if it is no place for a state: its directory does not exist, cannot be written, or belongs
     *     to others, or something else is there
     */
    static StateFile open(Path given) throws StartException {
        Path path = given.toAbsolutePath().normalize();
        Path directory = path.getParent();
        if (path.getFileName() == null || directory == null) {
            throw new StartException("--state: " + given + " is a directory", null);
        }
        try {
            TrustedPath.requireForState(path);
            if (!Files.isDirectory(directory)) {
                throw new IOException("there is no directory " + directory);
            } else if (!Files.isWritable(directory)) {
                throw new IOException("the directory " + directory + " cannot be written");
            } else if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(path + " exists and is not a regular file");
            }
            StateFile file = new StateFile(path, directory);
            file.removeLeftOver();
            return file;
        } catch (IOException e) {
            throw new StartException("--state: " + Reason.of(e), e);
        }
    }

    /** The most bytes of a state that this process reads. */
    static long maxBytes() {
        return Runtime.getRuntime().maxMemory() / HEAP_PART;
    }

    private String temporaryName() {
        return "." + path.getFileName() + ".tmp-";
    }

    /** Removes what a process has left that ended while it was writing. */
    private void removeLeftOver() throws IOException {
        String prefix = temporaryName();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(
                directory, each -> each.getFileName().toString().startsWith(prefix))) {
            for (Path each : found) {
                String pid = each.getFileName().toString().substring(prefix.length());
                if (pid.matches("\\d{1,10}")
                        && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }

    /** The saved state; null if there is none, or it cannot be used and has been set aside. */
    @Nullable
    DirectorState load() {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            LOG.info("state: there is no {} yet", path);
            return null;
        }
        try (InputStream input = new BufferedInputStream(
                Files.newInputStream(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            return DirectorState.read(input, maxBytes());
        } catch (IOException e) {
            setAside(Reason.of(e));
            return null;
        }
    }

    private void setAside(String reason) {
        try {
            for (int number = KEPT; number > 1; number--) {
                Path younger = aside(number - 1);
                if (Files.exists(younger, LinkOption.NOFOLLOW_LINKS)) {
                    Files.move(younger, aside(number), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.move(path, aside(1), StandardCopyOption.REPLACE_EXISTING);
            LOG.warn("state: {} cannot be used and has been set aside as {}: {}", path, aside(1).getFileName(), reason);
        } catch (IOException e) {
            LOG.warn("state: {} cannot be used: {}; it cannot be set aside: {}", path, reason, Reason.of(e));
        }
    }

    private Path aside(int number) {
        return path.resolveSibling(path.getFileName() + ".damaged." + number);
    }

    /**
     * Replaces the file.
     *
     * @throws IOException with the reason; then the file is as before
     */
    synchronized void save(DirectorState state) throws IOException {
        Path temporary =
                directory.resolve(temporaryName() + ProcessHandle.current().pid());
        boolean moved = false;
        try {
            Files.deleteIfExists(temporary);
            write(state, temporary);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            moved = true;
        } finally {
            if (!moved) {
                Files.deleteIfExists(temporary);
            }
        }
        forceDirectory();
    }

    private static void write(DirectorState state, Path temporary) throws IOException {
        try (FileChannel channel = FileChannel.open(
                        temporary,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                        OWNER_FILE);
                OutputStream output = Channels.newOutputStream(channel)) {
            state.writeTo(output);
            channel.force(true);
        }
    }

    /** Forces the names in the directory to the disk. */
    private void forceDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Removes the file, whose state is in use and grows old. */
    synchronized void remove() {
        try {
            if (Files.deleteIfExists(path)) {
                forceDirectory();
            }
        } catch (IOException e) {
            LOG.warn("state: {} cannot be removed: {}", path, Reason.of(e));
        }
    }

    Path path() {
        return path;
    }
}
