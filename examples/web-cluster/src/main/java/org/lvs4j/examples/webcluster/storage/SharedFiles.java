package org.lvs4j.examples.webcluster.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The directory of the static files, which all web servers share. */
public final class SharedFiles {
    private static final List<String> PICTURES = List.of(
            "lantern",
            "mug",
            "teapot",
            "compass",
            "bell",
            "telescope",
            "blanket",
            "notebook",
            "hat",
            "boat",
            "rope",
            "lighthouse");

    private SharedFiles() {}

    /** Creates the directory, and puts the pictures of the products into it that it lacks. */
    public static void seed(Path files) throws IOException {
        Path products = Files.createDirectories(files.resolve("products"));
        for (String picture : PICTURES) {
            Path file = products.resolve(picture + ".svg");
            if (!Files.exists(file)) {
                copy("files/products/" + picture + ".svg", file);
            }
        }
    }

    private static void copy(String resource, Path file) throws IOException {
        Path unfinished = Files.createTempFile(file.getParent(), ".", ".unfinished");
        try (InputStream content = SharedFiles.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new IOException("missing in this program: " + resource);
            }
            Files.copy(content, unfinished, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
