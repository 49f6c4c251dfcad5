package org.lvs4j.examples.standalone;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.health.Check;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;

/** What a file of keepalived would load, in a few lines. */
final class KeepalivedPicture {
    private static final int MAX_SERVICES = 100;

    private KeepalivedPicture() {}

    static void print(String name, KeepalivedConfiguration configuration, PrintWriter output) {
        List<MonitoredService> services = configuration.health().services();
        int addresses =
                services.stream().mapToInt(each -> each.services().size()).sum();
        int servers = services.stream().mapToInt(each -> each.servers().size()).sum();
        output.println(name + ": " + Count.of(addresses, "service") + ", " + Count.of(servers, "server"));
        services.stream().limit(MAX_SERVICES).forEach(each -> output.println("  " + line(each)));
        if (services.size() > MAX_SERVICES) {
            output.println("  and " + (services.size() - MAX_SERVICES) + " more");
        }
    }

    private static String line(MonitoredService service) {
        Map<String, Integer> checks = new TreeMap<>();
        for (MonitoredServer server : service.servers()) {
            for (Check check : server.checks()) {
                checks.merge(check.kind(), 1, Integer::sum);
            }
            if (server.checks().isEmpty()) {
                checks.merge("unchecked", 1, Integer::sum);
            }
        }
        StringBuilder line = new StringBuilder(service.toString());
        if (service.group() != null) {
            line.append(", ").append(Count.of(service.services().size(), "service"));
        }
        line.append(' ')
                .append(service.services().get(0).scheduler())
                .append(": ")
                .append(Count.of(service.servers().size(), "server"));
        checks.forEach(
                (kind, count) -> line.append(", ").append(count).append(' ').append(kind));
        if (service.quorum().weight() > 1) {
            line.append(", quorum ").append(service.quorum().weight());
        }
        if (service.sorryServer() != null) {
            line.append(", sorry server ").append(service.sorryServer().server().endpoint());
        }
        return line.toString();
    }

    /** The warnings of a file, the blocks that are skipped, and the keys that change nothing. */
    static void warn(KeepalivedConfiguration configuration, Consumer<String> lines) {
        configuration.warnings().forEach(warning -> lines.accept("warning: " + warning));
        configuration.skipped().forEach(block -> lines.accept("note: " + block));
        configuration.withoutEffect().forEach(key -> lines.accept("note: " + key));
    }
}
