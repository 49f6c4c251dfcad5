package org.lvs4j.config.keepalived;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.lvs4j.config.keepalived.IncludeSource.IncludedFile;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MonitoredService;

/**
 * Reads files of keepalived's language, version 2.2.7, as far as they concern balancing. Stateless and thread-safe.
 *
 * <p>A file is accepted if keepalived reads it without a complaint; where it complains and goes on, or reads something else
 * than what is written, there is an error with file, line and column. {@code #lvs4j} at the beginning of a line gives a
 * service, server or check what keepalived does not know.
 *
 * <pre>{@code
 * KeepalivedConfiguration file =
 *         KeepalivedFile.parse("keepalived.conf", "/etc/keepalived", bytes, KeepalivedOptions.DEFAULT);
 * HealthConfiguration health = file.health();
 * }</pre>
 */
public final class KeepalivedFile {
    /** The largest number of bytes of a file with everything that it includes. */
    public static final int MAX_TEXT_LENGTH = 64 * 1024 * 1024;

    /** The longest line in characters, with its definitions expanded. */
    public static final int MAX_LINE_LENGTH = 64 * 1024;

    /** The largest number of lines, with everything that is included, defined and repeated. */
    public static final int MAX_LINES = 2_000_000;

    /** The largest number of keys. */
    public static final int MAX_STATEMENTS = 1_000_000;

    /** The largest number of errors that are reported about a file. */
    public static final int MAX_ERRORS = 100;

    private KeepalivedFile() {}

    /**
     * Reads a file.
     *
     * @param name the name of the file in errors
     * @param directory its directory, the base of what it includes
     * @param text its bytes: UTF-8, or any other characters of one byte
     * @param options what it needs besides its text
     * @throws KeepalivedException if it has an error, {@linkplain KeepalivedException#all with} all others; or if it is too
     *     large
     */
    public static KeepalivedConfiguration parse(String name, String directory, byte[] text, KeepalivedOptions options)
            throws KeepalivedException {
        requireNonNull(name, "name");
        requireNonNull(directory, "directory");
        requireNonNull(text, "text");
        requireNonNull(options, "options");
        Problems problems = new Problems(options.tolerant());
        Context context = new Context(options, problems);
        List<MonitoredService> services = new ArrayList<>();
        try {
            FileTable table = new FileTable(context);
            StatementBuilder statements = new StatementBuilder(table::read, problems);
            new Preprocessor(options, problems, new Lexer(statements, problems))
                    .file(IncludedFile.of(name, directory, text));
            statements.end();
            Resolution resolution = new Resolution(context);
            for (ServiceDraft draft : table.services()) {
                MonitoredService service = resolution.resolve(draft);
                if (service != null) {
                    services.add(service);
                }
            }
            context.requireSecureScripts();
        } catch (Problems.Stop e) {
            // Its error is in the list, or this file is read tolerantly as far as it goes.
            KeepalivedException.throwIfAny(problems.errors());
        }
        KeepalivedException.throwIfAny(problems.errors());
        return new KeepalivedConfiguration(
                new HealthConfiguration(services, context.globals().notifyAtStart()),
                context.globals().settings(),
                problems.warnings(),
                problems.skipped(),
                problems.withoutEffect());
    }

    /**
     * Reads a text that includes no files.
     *
     * @param name the name of the text in errors
     * @throws KeepalivedException if it has an error, {@linkplain KeepalivedException#all with} all others
     */
    public static KeepalivedConfiguration parse(String name, String text, KeepalivedOptions options)
            throws KeepalivedException {
        return parse(
                requireNonNull(name, "name"),
                "",
                requireNonNull(text, "text").getBytes(StandardCharsets.UTF_8),
                requireNonNull(options, "options"));
    }
}
