package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.lvs4j.config.Rules;

/** The file of a run, which is read at the start and at each reload, in the language that its content has then. */
final class ConfigurationFile {
    private final String name;
    private final FormatOptions format;
    private final PlaneOptions plane;

    /**
     * A file that is not read yet.
     *
     * @param name its name, or {@code -} for standard input
     * @param plane tells what can be served
     */
    ConfigurationFile(String name, FormatOptions format, PlaneOptions plane) {
        this.name = name;
        this.format = format;
        this.plane = plane;
    }

    /** The name that the command line gives it. */
    String name() {
        return name;
    }

    boolean isStandardInput() {
        return name.equals(TextFile.STANDARD_INPUT);
    }

    /**
     * Reads the file at the start.
     *
     * @throws RulesInvalidException with every error
     */
    Configuration read(InputStream standardInput) throws RulesInvalidException {
        return configuration(TextFile.bytes(name, standardInput, Rules.MAX_TEXT_LENGTH));
    }

    /**
     * Reads the file beside the traffic, whose memory it does not take.
     *
     * @throws RulesInvalidException with every error, or if it is a pipe with nothing in it: that has been read before,
     *     and does not mean a configuration without services
     */
    Configuration readAgain() throws RulesInvalidException {
        byte[] bytes = TextFile.bytes(
                name, InputStream.nullInputStream(), Rules.MAX_TEXT_LENGTH, size -> HeapRoom.require(name, size));
        if (bytes.length == 0 && isPipe()) {
            throw new RulesInvalidException(name + ": is not a regular file, and has nothing to read any more");
        }
        HeapRoom.require(name, bytes);
        return configuration(bytes);
    }

    private boolean isPipe() {
        try {
            return Files.readAttributes(Path.of(name), BasicFileAttributes.class)
                    .isOther();
        } catch (IOException | InvalidPathException e) {
            return false; // Reading it tells the reason.
        }
    }

    private Configuration configuration(byte[] bytes) throws RulesInvalidException {
        String text = RulesFile.text(bytes);
        return format.of(text) == ConfigurationFormat.KEEPALIVED
                ? new Configuration.OfKeepalived(
                        KeepalivedSource.parse(name, bytes, format.configurationId(), plane.served()))
                : new Configuration.OfRules(RulesFile.parse(text, TextFile.nameOf(name), plane::requireServed));
    }
}
