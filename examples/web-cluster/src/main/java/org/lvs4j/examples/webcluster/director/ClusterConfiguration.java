package org.lvs4j.examples.webcluster.director;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the director is to do, as the two files say it: one service of firewall mark 1 for HTTP and HTTPS of one address.
 * Immutable.
 *
 * @param address the virtual address
 * @param http the port of HTTP, of the virtual address and of every server
 * @param https the port of HTTPS
 * @param scheduler the name of the scheduler
 * @param flags the flags of the scheduler, such as {@code mh-port}; null for none
 * @param persistence how long a client stays on its server; null without persistence
 * @param netmask which clients count as one
 * @param slowStart over which time a new server takes its share
 * @param servers the web servers
 */
public record ClusterConfiguration(
        String address,
        int http,
        int https,
        String scheduler,
        @Nullable String flags,
        @Nullable Duration persistence,
        String netmask,
        Duration slowStart,
        List<Server> servers) {
    /**
     * A web server.
     *
     * @param weight large, so that the slow start has steps
     */
    public record Server(String name, String address, int weight) {}

    /** The weight of a server. */
    public static final int WEIGHT = 100;

    /** The netmask that tells all clients apart. */
    public static final String EACH_CLIENT = "255.255.255.255";

    private static final Duration PERSISTENCE = Duration.ofMinutes(5);
    private static final Duration SLOW_START = Duration.ofSeconds(5);

    public ClusterConfiguration {
        servers = List.copyOf(servers);
    }

    /** A configuration with weighted least-connection scheduling and persistence, without servers. */
    public static ClusterConfiguration of(String address, int http, int https) {
        return new ClusterConfiguration(
                address, http, https, "wlc", null, PERSISTENCE, EACH_CLIENT, SLOW_START, List.of());
    }

    /** The same with another server at the end. */
    public ClusterConfiguration withServer(String name, String serverAddress) {
        List<Server> more = new ArrayList<>(servers);
        more.add(new Server(name, serverAddress, WEIGHT));
        return withServers(more);
    }

    /** The same with other servers. */
    public ClusterConfiguration withServers(List<Server> wanted) {
        return new ClusterConfiguration(
                address, http, https, scheduler, flags, persistence, netmask, slowStart, wanted);
    }

    /**
     * The same with another scheduler.
     *
     * @param wantedFlags its flags; null for none
     */
    public ClusterConfiguration withScheduler(String name, @Nullable String wantedFlags) {
        return new ClusterConfiguration(
                address, http, https, name, wantedFlags, persistence, netmask, slowStart, servers);
    }

    /**
     * The same with another persistence.
     *
     * @param timeout null for none
     */
    public ClusterConfiguration withPersistence(@Nullable Duration timeout, String mask) {
        return new ClusterConfiguration(address, http, https, scheduler, flags, timeout, mask, slowStart, servers);
    }

    /** The text of the file. */
    public String text(ConfigurationFormat format) {
        Map<String, Object> values = new HashMap<>();
        values.put("address", address);
        values.put("http", http);
        values.put("https", https);
        values.put("scheduler", scheduler);
        values.put("flags", flags);
        values.put("persistence", persistence == null ? null : persistence.toSeconds());
        values.put("netmask", netmask);
        values.put("slowStart", slowStart.toSeconds());
        values.put(
                "servers",
                servers.stream()
                        .map(server ->
                                Map.of("name", server.name(), "address", server.address(), "weight", server.weight()))
                        .toList());
        return template(format).execute(values);
    }

    /** Writes both files into a directory, each in one step, so that a reader never sees half of one. */
    public void write(Path directory) throws IOException {
        for (ConfigurationFormat format : ConfigurationFormat.values()) {
            Path file = directory.resolve(format.fileName());
            Path next = directory.resolve("." + format.fileName() + ".new");
            Files.writeString(next, text(format));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Template template(ConfigurationFormat format) {
        try (InputStream in = ClusterConfiguration.class.getResourceAsStream(format.fileName())) {
            if (in == null) {
                throw new IllegalStateException(format.fileName() + " is missing from the program");
            }
            return Mustache.compiler().escapeHTML(false).compile(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
