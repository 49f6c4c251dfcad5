package org.lvs4j.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.text.Distance;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/**
 * The names of ports: those of {@code /etc/services}, and for names that are missing there those of a table of this
 * library. As in the C library, the first line about a name or a port counts. Immutable.
 */
final class ServiceNames {
    /** Names no port. */
    static final ServiceNames NUMERIC = new ServiceNames("", null);

    /** The number of a name that is not known. */
    static final int UNKNOWN = -1;

    private static final Path SYSTEM = Path.of("/etc/services");
    private static final long MAX_BYTES = 4 << 20;
    private static final ServiceNames BUILT_IN = new ServiceNames(builtIn(), null);

    private static final AtomicReference<Version> CURRENT =
            new AtomicReference<>(new Version(FileTime.fromMillis(0), -1, BUILT_IN));

    private final Map<Key, Integer> ports = new HashMap<>();
    private final Map<Key, String> names = new HashMap<>();
    private final @Nullable ServiceNames fallback;

    /** A name, or a port as text, of a protocol. */
    private record Key(String text, Protocol protocol) {}

    /** The names of the system's file as it was at a time. */
    private record Version(FileTime modified, long size, ServiceNames names) {}

    private ServiceNames(String text, @Nullable ServiceNames fallback) {
        this.fallback = fallback;
        text.lines().forEach(this::add);
    }

    /** The names of a text in the format of {@code /etc/services}. */
    static ServiceNames parse(String text) {
        return new ServiceNames(text, BUILT_IN);
    }

    /** The present names of the system. Reads its file again after a change. */
    static ServiceNames current() {
        Version known = CURRENT.get();
        try {
            BasicFileAttributes file = Files.readAttributes(SYSTEM, BasicFileAttributes.class);
            if (file.lastModifiedTime().equals(known.modified) && file.size() == known.size) {
                return known.names;
            }
            if (!file.isRegularFile() || file.size() > MAX_BYTES) {
                return BUILT_IN;
            }
            // Bytes beyond ASCII stand in comments only.
            ServiceNames read = parse(Files.readString(SYSTEM, StandardCharsets.ISO_8859_1));
            CURRENT.set(new Version(file.lastModifiedTime(), file.size(), read));
            return read;
        } catch (IOException e) {
            return BUILT_IN;
        }
    }

    private static String builtIn() {
        try (InputStream table = ServiceNames.class.getResourceAsStream("services")) {
            return new String(Objects.requireNonNull(table, "table").readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(String line) {
        int comment = line.indexOf('#');
        String[] words =
                (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+");
        String[] place = words.length < 2 ? new String[0] : words[1].split("[/,]", -1);
        Protocol protocol = place.length == 2 ? protocol(place[1]) : null;
        int port = protocol == null ? UNKNOWN : (int) Values.digits(place[0], Endpoint.MAX_PORT);
        if (protocol == null || port < 0) {
            return;
        }
        for (int i = 0; i < words.length; i++) {
            if (i != 1) {
                ports.putIfAbsent(new Key(words[i], protocol), port);
            }
        }
        // A name is printed only if it is read as the same port again.
        boolean readable = words[0].chars().noneMatch(c -> c == ':' || c == ']' || c <= ' ' || c > '~')
                && Values.digits(words[0], Long.MAX_VALUE) < 0
                && ports.getOrDefault(new Key(words[0], protocol), UNKNOWN) == port;
        if (readable) {
            names.putIfAbsent(new Key(place[0], protocol), words[0]);
        }
    }

    private static @Nullable Protocol protocol(String name) {
        return switch (name) {
            case "tcp" -> Protocol.TCP;
            case "udp" -> Protocol.UDP;
            case "sctp" -> Protocol.SCTP;
            default -> null;
        };
    }

    /** The port of a name, or {@link #UNKNOWN}. */
    int port(String name, Protocol protocol) {
        Integer port = ports.get(new Key(name, protocol));
        if (port != null) {
            return port;
        }
        return fallback == null ? UNKNOWN : fallback.port(name, protocol);
    }

    /** An endpoint with the name of its port, or its number if that has no name or the protocol is null. */
    String print(Endpoint endpoint, @Nullable Protocol protocol) {
        String name = protocol == null ? null : names.get(new Key(Integer.toString(endpoint.port()), protocol));
        String text = endpoint.toString();
        return name == null ? text : text.substring(0, text.lastIndexOf(':') + 1) + name;
    }

    /** The name of the protocol that is most like another one, or null if none is like it. */
    @Nullable
    String nearest(String name, Protocol protocol) {
        String wanted = name.toLowerCase(Locale.ROOT);
        int best = Distance.likely(name.length()) + 1;
        String nearest = fallback == null ? null : fallback.nearest(name, protocol);
        if (nearest != null) {
            best = Distance.between(wanted, nearest, best);
        }
        for (Key key : ports.keySet()) {
            if (key.protocol == protocol) {
                int distance = Distance.between(wanted, key.text, best);
                // Of names at the same distance, the first by alphabet: the order of a hash table is arbitrary.
                if (distance < best || distance == best && nearest != null && key.text.compareTo(nearest) < 0) {
                    best = distance;
                    nearest = key.text;
                }
            }
        }
        return nearest;
    }
}
