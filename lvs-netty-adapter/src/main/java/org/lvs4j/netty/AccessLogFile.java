package org.lvs4j.netty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file of an access log, which is rotated by its size. Belongs to the writer's thread. */
final class AccessLogFile implements AccessLogTarget {
    private static final Set<StandardOpenOption> APPEND =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

    private final Path path;
    private final long maxBytes;
    private final int kept;
    private Opened opened;
    /** Whether the file is another one since the last call of {@link #prepare}. */
    private boolean changed;

    /**
     * A file that is open.
     *
     * @param real its path without symbolic links
     * @param key what identifies it, if the system tells
     * @param regular false for a device or a pipe
     */
    private record Opened(
            FileChannel channel, Path real, @Nullable Object key, boolean regular) {
        /** Whether its path still leads to it; true if the system does not tell. */
        boolean inPlace() throws IOException {
            return !regular || Objects.equals(key, attributes(real).fileKey());
        }
    }

    private AccessLogFile(Path path, long maxBytes, int kept, Opened opened) {
        this.path = path;
        this.maxBytes = maxBytes;
        this.kept = kept;
        this.opened = opened;
    }

    /**
     * Opens a file for appending.
     *
     * @param maxBytes the size from which it is rotated; 0 for never
     * @param kept the number of rotated files
     */
    static AccessLogFile open(Path path, long maxBytes, int kept) throws IOException {
        return new AccessLogFile(path, maxBytes, kept, open(path));
    }

    private static Opened open(Path path) throws IOException {
        FileChannel channel = append(path);
        try {
            Path real = path.toRealPath();
            BasicFileAttributes attributes = attributes(real);
            Opened opened = new Opened(channel, real, attributes.fileKey(), attributes.isRegularFile());
            if (opened.regular && channel.size() > 0 && !endsLine(real, channel.size())) {
                channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static FileChannel append(Path path) throws IOException {
        FileAttribute<?>[] permissions =
                path.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"))
                        }
                        : new FileAttribute<?>[0];
        return FileChannel.open(path, APPEND, permissions);
    }

    private static BasicFileAttributes attributes(Path real) throws IOException {
        return Files.readAttributes(real, BasicFileAttributes.class);
    }

    private static boolean endsLine(Path real, long size) throws IOException {
        try (FileChannel reading = FileChannel.open(real, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return reading.read(last, size - 1) != 1 || last.get(0) == '\n';
        }
    }

    @Override
    public void rotate(int bytes) throws IOException {
        if (maxBytes != 0 && opened.regular && Files.exists(path)) {
            long size = opened.channel.size();
            if (size > 0 && size + bytes > maxBytes) {
                rotate();
            }
        }
    }

    @Override
    public boolean prepare() throws IOException {
        if (opened.regular && Files.notExists(path)) {
            reopen();
        }
        boolean before = changed;
        changed = false;
        return before;
    }

    /** Another process that appends to the file may have rotated it already. */
    private void rotate() throws IOException {
        if (opened.inPlace()) {
            Path real = opened.real;
            if (kept == 0) {
                Files.delete(real);
            } else {
                for (int number = kept - 1; number >= 1; number--) {
                    Path older = numbered(real, number);
                    if (Files.exists(older)) {
                        move(older, numbered(real, number + 1));
                    }
                }
                move(real, numbered(real, 1));
            }
        }
        reopen();
    }

    private static Path numbered(Path real, int number) {
        return real.resolveSibling(real.getFileName() + "." + number);
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void write(ByteBuffer lines) throws IOException {
        opened.channel.write(lines);
    }

    @Override
    public void reopen() throws IOException {
        FileChannel old = opened.channel;
        opened = open(path);
        changed = true;
        old.close();
    }

    @Override
    public void close() throws IOException {
        opened.channel.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
