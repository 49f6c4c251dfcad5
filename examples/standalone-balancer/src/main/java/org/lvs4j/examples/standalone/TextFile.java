package org.lvs4j.examples.standalone;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A text that a command line names: a file in UTF-8, or standard input. */
final class TextFile {
    /** The name of standard input on a command line. */
    static final String STANDARD_INPUT = "-";

    /** The name of standard input in errors. */
    static final String STANDARD_INPUT_NAME = "standard input";

    private static final int MAX_BYTES_PER_CHARACTER = 4;

    private TextFile() {}

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
     * @param maxCharacters the limit: of a longer text, only a part that is longer than this is read
     * @throws RulesInvalidException with the reason, if it cannot be read
     */
    static String read(String file, InputStream standardInput, int maxCharacters) throws RulesInvalidException {
        boolean standard = file.equals(STANDARD_INPUT);
        String source = nameOf(file);
        try {
            byte[] bytes;
            try (InputStream stream = standard ? standardInput : Files.newInputStream(Path.of(file))) {
                bytes = stream.readNBytes(MAX_BYTES_PER_CHARACTER * maxCharacters + 1);
            }
            return decode(bytes);
        } catch (CharacterCodingException e) {
            throw new RulesInvalidException(source + ": the text is not UTF-8");
        } catch (NoSuchFileException e) {
            throw new RulesInvalidException(source + ": there is no such file");
        } catch (IOException e) {
            throw new RulesInvalidException(source + ": cannot be read: " + e.getMessage());
        } catch (InvalidPathException e) {
            throw new RulesInvalidException(source + ": not a valid file name");
        }
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }
}
