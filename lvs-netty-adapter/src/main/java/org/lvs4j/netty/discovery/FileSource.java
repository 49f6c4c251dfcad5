package org.lvs4j.netty.discovery;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.service.ServiceKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that a file lists, followed as the file changes. Immutable and thread-safe.
 *
 * <p><b>Formats.</b> JSON, for which {@code com.google.code.gson:gson} is needed: a list such as
 * {@code ["10.0.0.1:80", {"server": "10.0.0.2:80", "weight": 3}]}, or an object with a list for each service by its
 * {@link ServiceKey}, {@code {"orders": [...], "TCP 10.0.0.1:80": [...]}}. Rules of {@code ipvsadm}, or a file of keepalived, of
 * which only servers and their weights are taken; other files that it includes are not read.
 *
 * <p><b>Changes.</b> The file may be replaced, rewritten, or be reached by a symbolic link that is replaced. Twice a second
 * its time, size and identity are compared. After a change it is read when two comparisons in a row are equal, so that a
 * file is not read while it is being written; a file that is replaced as a whole never shows its parts.
 *
 * <p><b>Failures.</b> A file that is missing, malformed, too long, not a regular file, or without the service is reported once, with
 * line and column where there is one; the servers found last stay, and the file is followed further. An empty list is an
 * answer without servers; an empty file is a failure.
 *
 * <pre>{@code
 * ServerSource source = FileSource.of(Path.of("/etc/orders/servers.json"));
 * }</pre>
 */
public final class FileSource implements ServerSource {
    private static final Logger LOGGER = LoggerFactory.getLogger(FileSource.class);
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int MOST_BYTES = 64 * 1024 * 1024;

    private final Builder options;

    private FileSource(Builder options) {
        this.options = options;
    }

    /** The formats of a file. */
    public enum Format {
        /** The one that the content has. */
        AUTO,
        /** A list of servers, or lists by service. */
        JSON,
        /** Rules of {@code ipvsadm}. */
        RULES,
        /** The configuration language of keepalived. */
        KEEPALIVED
    }

    /** The servers of the only service in a file. */
    public static FileSource of(Path file) {
        return builder(file).build();
    }

    /** The servers of one of the services in a file. A list in JSON without a service is that of every service. */
    public static FileSource of(Path file, ServiceKey service) {
        return builder(file).service(service).build();
    }

    /** A builder. */
    public static Builder builder(Path file) {
        return new Builder(requireNonNull(file, "file"));
    }

    /**
     * {@inheritDoc}
     *
     * <p>A subscription has a daemon thread, on which the observer is called, and which ends after {@code close()}.
     */
    @Override
    public Subscription subscribe(Observer observer) {
        requireNonNull(observer, "observer");
        return FileSubscription.start(options, new LoggedObserver(observer, toString(), LOGGER));
    }

    /** The file, for messages. */
    @Override
    public String toString() {
        return options.file.toString();
    }

    /** Builds a source; not thread-safe. */
    public static final class Builder {
        final Path file;

        @Nullable
        ServiceKey service;

        Format format = Format.AUTO;
        Duration interval = Duration.ofMillis(500);
        int maxBytes = 1024 * 1024;

        private Builder(Path file) {
            this.file = file;
        }

        /** The service whose servers are taken, which need not be the one that they are for. By default the only one of the file. */
        public Builder service(ServiceKey key) {
            service = requireNonNull(key, "key");
            return this;
        }

        /** The format. {@link Format#AUTO} by default. */
        public Builder format(Format value) {
            format = requireNonNull(value, "value");
            return this;
        }

        /** The time between two looks at the file, 10 ms..1 h; 500 ms by default. */
        public Builder interval(Duration value) {
            interval = requireNonNull(value, "value");
            return this;
        }

        /** The longest file that is read, 1..67108864 bytes; 1 MiB by default. */
        public Builder maxBytes(int ceiling) {
            maxBytes = ceiling;
            return this;
        }

        /**
         * Builds the source.
         *
         * @throws IllegalArgumentException naming each option that is out of range
         */
        public FileSource build() {
            List<String> problems = new ArrayList<>();
            if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
                problems.add("interval must be " + SHORTEST + ".." + LONGEST + ", not " + interval);
            }
            if (maxBytes < 1 || maxBytes > MOST_BYTES) {
                problems.add("maxBytes must be 1.." + MOST_BYTES + ", not " + maxBytes);
            }
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(file + ": " + String.join("; ", problems));
            }
            Builder copy = new Builder(file);
            copy.service = service;
            copy.format = format;
            copy.interval = interval;
            copy.maxBytes = maxBytes;
            return new FileSource(copy);
        }
    }
}
