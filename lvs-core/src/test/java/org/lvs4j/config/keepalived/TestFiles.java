package org.lvs4j.config.keepalived;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.keepalived.IncludeSource.IncludedFile;

/** Files of the test's resources, and names of them that are relative to a base. */
final class TestFiles implements IncludeSource {
    private final Path base;

    TestFiles(Path base) {
        this.base = base;
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<IncludedFile> find(String pattern, String directory) {
        Path path = base.resolve(directory).resolve(pattern);
        @Nullable Path parent = path.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(parent, path.getFileName().toString())) {
            entries.forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found.stream()
                .filter(Files::isRegularFile)
                .sorted(Comparator.comparing(Path::toString))
                .map(file -> IncludedFile.of(
                        base.relativize(file).toString(),
                        base.relativize(file.getParent()).toString(),
                        read(file)))
                .toList();
    }
}
