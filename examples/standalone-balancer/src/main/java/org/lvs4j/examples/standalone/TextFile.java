package org.lvs4j.examples.standalone;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A text that a command line names: a file in UTF-8, or standard input. */
final class TextFile {
    /** The name of standard input on a command line. */
    static final String STANDARD_INPUT = "-";

    /** The name of standard input in errors. */
    static final String STANDARD_INPUT_NAME = "standard input";

    /** UTF-8 needs at most so many bytes for a {@code char}. */
    static final int MAX_BYTES_PER_CHARACTER = 3;

    private static final int PIECE_BYTES = 64 * 1024;

    /** After so many bytes beyond the size that is known, there is another question whether there is room. */
    private static final int ROOM_STEP_BYTES = 256 * 1024;

    private TextFile() {}

    /** Decides whether there is room for so many bytes of a text. */
    @FunctionalInterface
    interface Room {
        void require(long bytes) throws RulesInvalidException;
    }

    /** The name of a file in errors. */
    static String nameOf(String file) {
        return file.equals(STANDARD_INPUT) ? STANDARD_INPUT_NAME : file;
    }

    /** The file of a name, or the files in a folder of that name that end in a suffix, sorted by name. */
    static List<String> listed(String file, String suffix) throws IOException {
        if (file.equals(STANDARD_INPUT) || !new File(file).isDirectory()) {
            return List.of(file);
        }
        try (Stream<Path> entries = Files.list(Path.of(file))) {
            return entries.map(Path::toString)
                    .filter(entry -> entry.endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Reads a text.
     *
     * @throws RulesInvalidException with the reason, if it cannot be read, is longer, or is not UTF-8
     */
    static String read(String file, InputStream standardInput, int maxCharacters) throws RulesInvalidException {
        byte[] bytes = bytes(file, standardInput, maxCharacters);
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RulesInvalidException(nameOf(file) + ": the text is not UTF-8");
        }
        if (text.length() > maxCharacters) {
            throw tooLong(file, text.length() + " characters", maxCharacters);
        }
        return text;
    }

    /**
     * Reads the bytes of a text. The size of a file is checked before it is read, and reading ends at the first byte
     * that no text contains: a NUL outside of a comment, which begins at a {@code #} that starts a word.
     *
     * @param maxCharacters the limit of the text
     * @throws RulesInvalidException with the reason, if it cannot be read, is longer, or contains a NUL byte
     *     outside of a comment
     */
    static byte[] bytes(String file, InputStream standardInput, int maxCharacters) throws RulesInvalidException {
        return bytes(file, standardInput, maxCharacters, bytes -> {});
    }

    /**
     * Reads the bytes of a text.
     *
     * @param maxCharacters the limit of the text
     * @param room asked for the size of a file, and regularly while a text of unknown size grows
     * @throws RulesInvalidException with the reason, if it cannot be read, is longer, has no room, or contains a
     *     NUL byte outside of a comment
     */
    static byte[] bytes(String file, InputStream standardInput, int maxCharacters, Room room)
            throws RulesInvalidException {
        long maxBytes = (long) MAX_BYTES_PER_CHARACTER * maxCharacters;
        try {
            if (file.equals(STANDARD_INPUT)) {
                return bytes(file, standardInput, maxCharacters, 0, room);
            }
            Path path = Path.of(file);
            if (Files.isDirectory(path)) {
                throw new RulesInvalidException(file + ": is a directory");
            }
            long size = Files.size(path);
            if (size > maxBytes) {
                throw tooLong(file, size + " bytes", maxCharacters);
            }
            room.require(size);
            try (InputStream stream = Files.newInputStream(path)) {
                return bytes(file, stream, maxCharacters, (int) size, room);
            }
        } catch (FileSystemException e) {
            throw new RulesInvalidException(nameOf(file) + ": " + Reason.withoutFile(e));
        } catch (IOException e) {
            throw new RulesInvalidException(nameOf(file) + ": cannot be read: " + e.getMessage());
        } catch (InvalidPathException e) {
            throw new RulesInvalidException(Reason.of(e));
        }
    }

    private static byte[] bytes(String file, InputStream stream, int maxCharacters, int expected, Room room)
            throws IOException, RulesInvalidException {
        long maxBytes = (long) MAX_BYTES_PER_CHARACTER * maxCharacters;
        ByteArrayOutputStream text = new ByteArrayOutputStream(Math.max(PIECE_BYTES, expected));
        byte[] piece = new byte[PIECE_BYTES];
        long nextQuestion = Math.max(ROOM_STEP_BYTES, expected);
        boolean comment = false;
        byte before = '\n';
        for (int count = stream.read(piece); count >= 0; count = stream.read(piece)) {
            text.write(piece, 0, count);
            if (text.size() > maxBytes) {
                throw tooLong(file, "more than " + maxBytes + " bytes", maxCharacters);
            }
            if (text.size() > nextQuestion) {
                nextQuestion = text.size() + ROOM_STEP_BYTES;
                room.require(text.size());
            }
            for (int i = 0; i < count; i++) {
                byte next = piece[i];
                comment = next != '\n' && (comment || next == '#' && isBlank(before));
                before = next;
                if (next == 0 && !comment) {
                    throw binary(nameOf(file), text.toByteArray(), text.size() - count + i);
                }
            }
        }
        return text.toByteArray();
    }

    private static boolean isBlank(byte character) {
        return character == '\n' || character == ' ' || character == '\t' || character == '\r';
    }

    private static RulesInvalidException tooLong(String file, String length, int maxCharacters) {
        return new RulesInvalidException(
                nameOf(file) + ": " + length + " are too long for this text; at most " + maxCharacters + " characters");
    }

    private static RulesInvalidException binary(String source, byte[] text, int at) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < at; i++) {
            line += text[i] == '\n' ? 1 : 0;
            column = text[i] == '\n' ? 1 : column + 1;
        }
        return new RulesInvalidException(source + ":" + line + ":" + column + ": a NUL byte; expected a text");
    }
}
