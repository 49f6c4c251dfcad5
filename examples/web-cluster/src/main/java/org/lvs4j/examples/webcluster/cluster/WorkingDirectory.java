package org.lvs4j.examples.webcluster.cluster;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a cluster, which no other cluster has at the same time. A temporary one is deleted when it is closed,
 * one that was given stays.
 */
final class WorkingDirectory implements AutoCloseable {
    private final Path path;
    private final boolean temporary;
    /** Its lock ends when it is closed, or with this process. */
    private final FileChannel lock;

    private WorkingDirectory(Path path, boolean temporary, FileChannel lock) {
        this.path = path;
        this.temporary = temporary;
        this.lock = lock;
    }

    /**
     * Opens a directory, and makes it if it is missing.
     *
     * @param given null for a temporary one
     * @throws IOException if it cannot be written, or another cluster has it
     */
    static WorkingDirectory open(@Nullable Path given) throws IOException {
        Path path = given == null
                ? Files.createTempDirectory("web-cluster-")
                : Files.createDirectories(given.toAbsolutePath());
        return new WorkingDirectory(path, given == null, lock(path));
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Another cluster of this process has it.
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        if (!locked) {
            throw new IOException("another cluster runs in " + path + ": stop it, or choose another --directory");
        }
        return channel;
    }

    /**
     * What a file says that only its owner can read, so that it is the same at the next start.
     *
     * @param first what it is to say if it is missing
     */
    String secret(String name, String first) throws IOException {
        Path file = path.resolve(name);
        if (!Files.exists(file)) {
            Path unfinished = Files.createTempFile(path, ".", ".unfinished");
            try {
                Files.writeString(unfinished, first);
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        }
        return Files.readString(file).strip();
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            if (temporary) {
                Files.walkFileTree(path, new Deletion());
            }
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
