package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.config.keepalived.KeepalivedException;
import org.lvs4j.config.keepalived.KeepalivedFile;
import org.lvs4j.config.keepalived.KeepalivedOptions;
import org.lvs4j.config.keepalived.KeepalivedOptions.ServedCheck;

/** Reads files of keepalived from this host. */
final class KeepalivedSource {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private KeepalivedSource() {}

    /**
     * Reads a file with everything that it includes.
     *
     * @param file the name of the file, or {@code -} for standard input
     * @param text its bytes
     * @param configurationId the name that lines {@code @ID} refer to; null for the name of this host up to the first dot
     * @param served tells what can be served
     * @throws RulesInvalidException with every error
     */
    static KeepalivedConfiguration parse(String file, byte[] text, @Nullable String configurationId, ServedCheck served)
            throws RulesInvalidException {
        KeepalivedFiles files = new KeepalivedFiles();
        KeepalivedOptions options = KeepalivedOptions.DEFAULT
                .withIncludes(files)
                .withScripts(files)
                .withServed(served)
                .withConfigurationId(configurationId == null ? hostName() : configurationId);
        try {
            return KeepalivedFile.parse(TextFile.nameOf(file), directoryOf(file), text, options);
        } catch (KeepalivedException e) {
            String message = e.all().stream().map(Throwable::getMessage).collect(Collectors.joining("\n"));
            throw new RulesInvalidException(
                    e.all().size() < KeepalivedFile.MAX_ERRORS
                            ? message
                            : message + "\nand perhaps more: these are the first " + KeepalivedFile.MAX_ERRORS
                                    + " errors");
        }
    }

    private static String directoryOf(String file) {
        if (file.equals(TextFile.STANDARD_INPUT)) {
            return "";
        }
        try {
            Path parent = Path.of(file).getParent();
            return parent == null ? "" : parent.toString();
        } catch (InvalidPathException e) {
            return "";
        }
    }

    private static String hostName() {
        String name;
        try {
            name = Files.readString(HOST_NAME).strip();
        } catch (IOException e) {
            try {
                name = InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException unknown) {
                return "";
            }
        }
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }
}
