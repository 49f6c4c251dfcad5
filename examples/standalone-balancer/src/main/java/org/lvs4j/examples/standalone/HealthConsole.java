package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.Drain;
import org.lvs4j.health.CheckHealth;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.health.SorryServer;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.health.HealthMonitorSnapshot;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * Prints {@code lvsadm health}, which is not a command of {@code ipvsadm}: each service with its quorum, its servers, and
 * their checks with the reason of the last result.
 */
final class HealthConsole {
    static final String HEALTH = "health";
    private static final String DOWN = "--down";
    private static final int IPV4_WIDTH = 21;
    static final String USAGE = """
            Usage: lvsadm health [--down]

            Prints the health of each service of a keepalived file: whether it has its quorum; its servers, each up or down
            and since when; their checks with the reason of the last result; and how many probes there were. A server that
            an administrator has added is "not checked", one that an administrator has removed is "removed by hand".
            "weight 1" is what the configuration and the checks say; "set to 0 by hand" what an administrator has made of it.

              --down       only services without quorum, and servers that are down, drained, or changed by hand
              -h, --help   this text
            """;

    private final Balancer balancer;

    HealthConsole(Balancer balancer) {
        this.balancer = balancer;
    }

    static boolean accepts(List<String> arguments) {
        return !arguments.isEmpty() && arguments.get(0).equals(HEALTH);
    }

    Answer run(List<String> arguments, Appendable output) throws IOException {
        List<String> options = arguments.subList(1, arguments.size());
        if (!options.isEmpty() && !options.equals(List.of(DOWN))) {
            return Console.unexpected(HEALTH, options);
        }
        HealthMonitorSnapshot snapshot = balancer.health();
        if (snapshot == null) {
            return Answer.error(
                    Answer.FAILURE, "no server is checked: lvsd serves a file of rules, not one of keepalived");
        }
        long now = System.nanoTime();
        boolean onlyDown = !options.isEmpty();
        for (ServiceHealth service : snapshot.services()) {
            new ServicePicture(balancer.director(), service, now).print(onlyDown, output);
        }
        return Answer.ok(onlyDown ? "" : counters(snapshot));
    }

    private static String counters(HealthMonitorSnapshot it) {
        return "probes: " + it.probes() + " started, " + it.passed() + " passed, " + it.failed() + " failed, "
                + it.cancelled() + " cancelled, " + it.running() + " running, " + it.waiting() + " waiting, "
                + it.notMade() + " not possible, " + it.delayed() + " delayed\n"
                + "changes: " + it.changes() + " made, " + it.changesRefused() + " refused\n"
                + "programs: " + it.scripts() + " started, " + it.scriptFailures() + " failed, "
                + it.scriptsDropped() + " dropped; FIFO lines dropped: " + it.linesDropped() + "\n";
    }

    /** A time as its two largest units, such as {@code 3m12s}. */
    static String print(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m" + seconds % 60 + "s";
        }
        return seconds < 86_400
                ? seconds / 3600 + "h" + seconds / 60 % 60 + "m"
                : seconds / 86_400 + "d" + seconds / 3600 % 24 + "h";
    }

    /** The lines of a service. */
    private static final class ServicePicture {
        private final Director director;
        private final ServiceHealth health;
        private final long now;

        ServicePicture(Director director, ServiceHealth health, long now) {
            this.director = director;
            this.health = health;
            this.now = now;
        }

        void print(boolean onlyDown, Appendable output) throws IOException {
            StringBuilder servers = new StringBuilder();
            ServiceKey key = health.service().services().get(0).key();
            Map<Endpoint, RealServer> left = present(key);
            Map<Endpoint, String> drains = drains(key);
            int width = width(left.keySet());
            for (ServerHealth server : health.servers()) {
                RealServer configured =
                        MonitoredService.serverOf(key, server.server().server());
                RealServer present = left.remove(configured.endpoint());
                String drain = drains.get(configured.endpoint());
                String remark = byHand(server, present, drain != null) + (drain == null ? "" : ", " + drain);
                if (!onlyDown || !server.up() || !remark.isEmpty()) {
                    append(servers, width, configured, server, remark);
                }
            }
            SorryServer sorry = health.service().sorryServer();
            if (sorry != null) {
                left.remove(MonitoredService.serverOf(key, sorry.server()).endpoint());
            }
            left.values()
                    .forEach(server -> servers.append(
                            String.format("  %-" + (width + 14) + "s not checked%n", server.endpoint())));
            if (onlyDown && health.up() && servers.length() == 0) {
                return;
            }
            output.append(head(key, sorry)).append('\n').append(servers);
        }

        /** The width of the first column, so that endpoints of IPv6 fit. */
        private int width(Set<Endpoint> present) {
            ServiceKey key = health.service().services().get(0).key();
            Stream<Endpoint> configured = health.servers().stream()
                    .map(each -> MonitoredService.serverOf(key, each.server().server())
                            .endpoint());
            return Stream.concat(configured, present.stream())
                    .mapToInt(each -> each.toString().length())
                    .reduce(IPV4_WIDTH, Math::max);
        }

        /** The phases of the drains of a service's servers. */
        private Map<Endpoint, String> drains(ServiceKey key) {
            Map<Endpoint, String> drains = new HashMap<>();
            for (Drain drain : director.drains()) {
                if (drain.service().equals(key)) {
                    drains.put(drain.server(), drain.progress().phase().name().toLowerCase(Locale.ROOT));
                }
            }
            return drains;
        }

        private Map<Endpoint, RealServer> present(ServiceKey key) {
            Map<Endpoint, RealServer> present = new LinkedHashMap<>();
            DirectorConfiguration.Service service = director.configuration(key);
            if (service != null) {
                service.servers().forEach(server -> present.put(server.endpoint(), server));
            }
            return present;
        }

        private String head(ServiceKey key, @Nullable SorryServer sorry) {
            MonitoredService service = health.service();
            long all = service.servers().stream()
                    .mapToLong(each -> each.server().weight())
                    .sum();
            StringBuilder text = new StringBuilder(service.toString());
            if (service.group() != null) {
                text.append(" (")
                        .append(Count.of(service.services().size(), "service"))
                        .append(')');
            }
            text.append(health.up() ? " up " : " DOWN ").append(since(health.sinceNanos()));
            text.append(", weight ").append(health.weight()).append(" of ").append(all);
            text.append(", quorum ").append(service.quorum().weight());
            if (sorry != null) {
                text.append(", sorry server ").append(sorry.server().endpoint());
                text.append(health.sorryServerInUse() ? " in use" : " not in use");
            }
            return director.configuration(key) == null
                    ? text.append(", removed by hand").toString()
                    : text.toString();
        }

        private String byHand(ServerHealth server, @Nullable RealServer present, boolean drained) {
            if (director.configuration(health.service().services().get(0).key()) == null) {
                return "";
            } else if (present == null) {
                return server.inTable() ? ", removed by hand" : "";
            } else if (!server.inTable()) {
                // A drained server that is down stays in the table.
                return drained ? "" : ", added by hand";
            }
            int weight = server.up() && !health.sorryServerInUse() ? server.weight() : 0;
            return present.weight() == weight ? "" : ", set to " + present.weight() + " by hand";
        }

        private void append(StringBuilder text, int width, RealServer configured, ServerHealth server, String remark) {
            text.append(String.format(
                    "  %-" + width + "s %-4s %-8s weight %d%s%s%n",
                    configured.endpoint(),
                    server.up() ? "up" : "DOWN",
                    since(server.sinceNanos()),
                    server.weight(),
                    server.ejected() ? ", ejected after failed connections" : "",
                    remark));
            for (CheckHealth check : server.checks()) {
                text.append(String.format(
                        "    %-" + (width - 2) + "s %-4s %-8s %s%n",
                        check.check().kind(),
                        check.up() ? "up" : "DOWN",
                        since(check.sinceNanos()),
                        check.probed() ? check.reason() : "not probed yet"));
            }
        }

        private String since(long nanos) {
            return HealthConsole.print(Duration.ofNanos(now - nanos));
        }
    }
}
