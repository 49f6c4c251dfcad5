package org.lvs4j.examples.standalone;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lvs4j.netty.AccessLog;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of {@code run} about the log of connections. */
final class AccessLogOptions {
    private static final Path STANDARD_OUTPUT = Path.of("-");
    private static final long SMALLEST = 100_000;

    @Option(
            names = "--access-log",
            paramLabel = "FILE",
            description = "Writes a line about each connection and UDP flow that has ended to this file; - for standard"
                    + " output. SIGUSR1 opens it anew (default: no log; not with --tun).")
    private @Nullable Path file;

    @Option(
            names = "--access-log-format",
            paramLabel = "FORMAT",
            converter = FormatConverter.class,
            description = "The format of its lines: text or json (default: text).")
    private AccessLog.@Nullable Format format;

    @Option(
            names = "--access-log-size",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description =
                    "The size from which the file is rotated, such as 100MB, at least 100kB; 0 for never (default:"
                            + " 100MB).")
    private @Nullable Long size;

    @Option(
            names = "--access-log-files",
            paramLabel = "N",
            description = "How many rotated files are kept, FILE.1 and so on (default: 10).")
    private @Nullable Integer files;

    /**
     * Refuses options that do not fit together.
     *
     * @param tun whether packets are forwarded, of which there is no such log
     * @throws IllegalArgumentException naming the option
     */
    void check(boolean tun) {
        if (file != null && tun) {
            throw new IllegalArgumentException("--access-log is an option of the relay: omit it with --tun, which"
                    + " forwards packets and sees no connection end");
        } else if (file == null && format != null) {
            throw new IllegalArgumentException("--access-log-format: only with --access-log");
        } else if (file == null || file.equals(STANDARD_OUTPUT)) {
            requireNone("--access-log-size", size);
            requireNone("--access-log-files", files);
        }
        NumberRange.require("--access-log-files", files);
        if (size != null && size != 0 && size < SMALLEST) {
            throw new IllegalArgumentException("--access-log-size " + size + " is neither 0 nor at least 100kB");
        }
    }

    private static void requireNone(String option, @Nullable Object value) {
        if (value != null) {
            throw new IllegalArgumentException(option + ": only with a file of --access-log");
        }
    }

    /**
     * Starts the log; null if none is wanted.
     *
     * @throws StartException if the file cannot be written
     */
    @Nullable
    AccessLog start() throws StartException {
        if (file == null) {
            return null;
        }
        AccessLog.Builder builder = file.equals(STANDARD_OUTPUT)
                ? AccessLog.builder(new FileOutputStream(FileDescriptor.out))
                : AccessLog.builder(file);
        if (format != null) {
            builder.format(format);
        }
        if (files != null) {
            builder.keptFiles(files);
        }
        try {
            return builder.maxFileBytes(size == null ? 100_000_000 : size).start();
        } catch (IOException e) {
            throw new StartException("--access-log " + file + ": " + Reason.of(e), e);
        }
    }

    static final class FormatConverter implements ITypeConverter<AccessLog.Format> {
        @Override
        public AccessLog.Format convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "text" -> AccessLog.Format.TEXT;
                case "json" -> AccessLog.Format.JSON;
                default -> throw new TypeConversionException("'" + text + "' is not a format; expected text or json");
            };
        }
    }

    /** Parses a number of bytes: {@code 0}, {@code 500kB}, {@code 100MB}, {@code 2GB}; a kB is 1000 bytes. */
    static final class SizeConverter implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,6})([kMG]B)|0");

        @Override
        public Long convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not a size; expected 0 or one like 500kB, 100MB or 2GB");
            }
            if (matcher.group(1) == null) {
                return 0L;
            }
            long unit = switch (matcher.group(2)) {
                case "kB" -> 1_000L;
                case "MB" -> 1_000_000L;
                default -> 1_000_000_000L;
            };
            return Long.parseLong(matcher.group(1)) * unit;
        }
    }
}
