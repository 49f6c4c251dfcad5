package org.lvs4j.examples.webcluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files and counters in a directory. Stored values survive the process; after a crash during a call the store has the
 * old value or the new one. Thread-safe: one call at a time.
 */
final class FileStore {
    /** The largest file in bytes. */
    static final int MAX_FILE_BYTES = 1 << 20;

    /** The most files, and the most counters. */
    static final int MAX_ENTRIES = 64;

    private static final String COUNTER_FORMAT = "%019d";

    // No slash and no leading dot, so a name cannot refer to a path outside its directory.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final Path files;
    private final Path counters;
    private final Path scratch;

    FileStore(Path directory) throws IOException {
        files = Files.createDirectories(directory.resolve("files"));
        counters = Files.createDirectories(directory.resolve("counters"));
        scratch = directory.resolve("scratch");
    }

    /** Increments a counter, initially 0, and returns the new value. */
    synchronized long increment(String name) throws HttpException, IOException {
        Path path = path(counters, name);
        requireRoom(counters, path);
        long value = value(path) + 1;
        // A fixed number of digits, overwritten in place by one write: much cheaper than a new file for each value.
        byte[] digits = String.format(Locale.ROOT, COUNTER_FORMAT, value).getBytes(StandardCharsets.US_ASCII);
        Files.write(path, digits, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        return value;
    }

    synchronized long counter(String name) throws HttpException, IOException {
        return value(path(counters, name));
    }

    private static long value(Path path) throws IOException {
        String text;
        try {
            text = Files.readString(path, StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            return 0;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("counter " + path + " holds '" + text + "'; expected a number", e);
        }
    }

    /** Stores a file, or replaces the file of that name. */
    synchronized void put(String name, byte[] content) throws HttpException, IOException {
        if (content.length > MAX_FILE_BYTES) {
            throw new HttpException(
                    HttpException.TOO_LARGE, content.length + " bytes are too many; a file holds " + MAX_FILE_BYTES);
        }
        Path path = path(files, name);
        requireRoom(files, path);
        Files.write(scratch, content);
        Files.move(scratch, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    synchronized byte[] get(String name) throws HttpException, IOException {
        try {
            return Files.readAllBytes(path(files, name));
        } catch (NoSuchFileException e) {
            throw new HttpException(HttpException.NOT_FOUND, "no such file: '" + name + "'");
        }
    }

    /** The names of all files, sorted. */
    synchronized List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(files)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static void requireRoom(Path directory, Path path) throws HttpException, IOException {
        if (Files.exists(path)) {
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.count() >= MAX_ENTRIES) {
                throw new HttpException(
                        HttpException.FULL,
                        "the store holds " + MAX_ENTRIES + " " + directory.getFileName() + " already");
            }
        }
    }

    private static Path path(Path directory, String name) throws HttpException {
        if (!NAME.matcher(name).matches()) {
            throw new HttpException(
                    HttpException.BAD_REQUEST,
                    "a name is 1 to 100 of A-Z a-z 0-9 . _ - and starts with a letter or digit");
        }
        return directory.resolve(name);
    }

    /** Deletes the directory of a store with its contents, if it exists. */
    static void delete(Path directory) throws IOException {
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path path : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // The directory does not exist.
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
