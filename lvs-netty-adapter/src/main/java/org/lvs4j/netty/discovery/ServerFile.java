package org.lvs4j.netty.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.config.TextException;
import org.lvs4j.config.keepalived.KeepalivedException;
import org.lvs4j.config.keepalived.KeepalivedFile;
import org.lvs4j.config.keepalived.KeepalivedOptions;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Reads the servers of one service from the text of a file. Stateless. */
final class ServerFile {
    private static final int SHOWN_SERVICES = 5;

    private ServerFile() {}

    /**
     * The servers of a service in the order of the file.
     *
     * @param service null for the only one
     * @throws TextException if the text has an error, with its place
     * @throws IOException if the service is not in the file, or a library is missing
     */
    static List<FoundServer> read(Path file, byte[] bytes, FileSource.Format format, @Nullable ServiceKey service)
            throws TextException, IOException {
        Map<String, List<FoundServer>> services = services(file, bytes, format);
        List<FoundServer> unnamed = services.get("");
        if (unnamed != null) {
            return unnamed;
        }
        if (service == null) {
            if (services.size() == 1) {
                return services.values().iterator().next();
            }
            throw new IOException(file + ": expected one service, not " + list(services));
        }
        List<FoundServer> servers = services.get(service.toString());
        if (servers == null) {
            throw new IOException(file + ": there is no service " + service + " but " + list(services));
        }
        return servers;
    }

    private static String list(Map<String, List<FoundServer>> services) {
        if (services.isEmpty()) {
            return "none";
        }
        List<String> names = services.keySet().stream().limit(SHOWN_SERVICES).toList();
        return String.join(", ", names) + (services.size() > SHOWN_SERVICES ? ", ..." : "");
    }

    private static Map<String, List<FoundServer>> services(Path file, byte[] bytes, FileSource.Format format)
            throws TextException, IOException {
        String text = new String(bytes, UTF_8);
        return switch (format == FileSource.Format.AUTO ? formatOf(text) : format) {
            case JSON -> json(file, text);
            case KEEPALIVED -> keepalived(file, bytes);
            default -> rules(file, bytes);
        };
    }

    /**
     * The format of a text by its first line that is neither empty nor a comment. A rule begins with a dash or
     * {@code ipvsadm}; JSON with a bracket or brace; a file of keepalived has braces, or begins with a service, a
     * definition, a condition or an inclusion.
     */
    static FileSource.Format formatOf(String text) {
        String first = text.lines()
                .map(line -> line.startsWith("\uFEFF") ? line.substring(1).strip() : line.strip())
                .filter(line -> !line.isEmpty() && line.charAt(0) != '#' && line.charAt(0) != '!')
                .findFirst()
                .orElse("");
        if (first.startsWith("[") || first.startsWith("{")) {
            return FileSource.Format.JSON;
        }
        if (first.isEmpty() || first.charAt(0) == '-' || first.startsWith("ipvsadm")) {
            return FileSource.Format.RULES;
        }
        boolean keepalived = "$@~".indexOf(first.charAt(0)) >= 0
                || first.startsWith("include")
                || first.startsWith("virtual_server")
                || text.indexOf('{') >= 0;
        return keepalived ? FileSource.Format.KEEPALIVED : FileSource.Format.RULES;
    }

    private static Map<String, List<FoundServer>> json(Path file, String text) throws TextException, IOException {
        try {
            return JsonServers.parse(file.toString(), text.startsWith("\uFEFF") ? text.substring(1) : text);
        } catch (LinkageError e) {
            throw new IOException(file + ": a list of servers in JSON needs Gson (com.google.code.gson:gson)", e);
        }
    }

    private static Map<String, List<FoundServer>> rules(Path file, byte[] bytes) throws RuleException {
        Map<String, List<FoundServer>> services = new LinkedHashMap<>();
        DirectorConfiguration configuration = Rules.parseUtf8(bytes, file.toString())
                .replacing(DirectorConfiguration.builder().build(), Director.create());
        for (DirectorConfiguration.Service service : configuration.services()) {
            services.put(
                    service.service().key().toString(),
                    service.servers().stream().map(ServerFile::found).toList());
        }
        return services;
    }

    private static Map<String, List<FoundServer>> keepalived(Path file, byte[] bytes) throws KeepalivedException {
        Map<String, List<FoundServer>> services = new LinkedHashMap<>();
        for (MonitoredService service : KeepalivedFile.parse(file.toString(), "", bytes, KeepalivedOptions.DEFAULT)
                .health()
                .services()) {
            for (VirtualService virtual : service.services()) {
                services.put(
                        virtual.key().toString(),
                        service.servers().stream()
                                .map(MonitoredServer::server)
                                .map(server -> found(MonitoredService.serverOf(virtual.key(), server)))
                                .toList());
            }
        }
        return services;
    }

    private static FoundServer found(RealServer server) {
        return FoundServer.of(server.endpoint(), server.weight());
    }
}
