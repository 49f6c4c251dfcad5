package org.lvs4j.config.keepalived;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.config.Rules;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * A configuration in another language than its own, and what that cannot express. Immutable.
 *
 * @param text the configuration
 * @param lost one sentence for each thing that is not in the text, with the service or server concerned
 */
public record Conversion(String text, List<String> lost) {
    public Conversion {
        requireNonNull(text, "text");
        lost = List.copyOf(requireNonNull(lost, "lost"));
    }

    /**
     * The rules of {@code ipvsadm} that set up the table as it is right after a start, before any probe, in the format
     * and the order of {@code ipvsadm -S -n}.
     *
     * @throws org.lvs4j.DirectorException if a director refuses the table
     */
    public static Conversion toRules(KeepalivedConfiguration configuration) {
        requireNonNull(configuration, "configuration");
        Director director = Director.create();
        director.apply(configuration.startTable());
        return new Conversion(Rules.of(director).print(), LostInRules.of(configuration));
    }

    /** A file of keepalived's language, with everything written out that it takes from elsewhere. */
    public static Conversion toKeepalived(KeepalivedConfiguration configuration) {
        KeepalivedPrinter printer = new KeepalivedPrinter();
        printer.print(requireNonNull(configuration, "configuration"));
        return printer.result(List.of());
    }

    /** A file of keepalived's language with the services and servers of a director; their servers have no checks. */
    public static Conversion toKeepalived(DirectorConfiguration configuration) {
        List<MonitoredService> services = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        for (DirectorConfiguration.Service each :
                requireNonNull(configuration, "configuration").services()) {
            if (each.key() instanceof ServiceKey.Named) {
                lost.add(each.key() + ": a named service");
                continue;
            }
            if (each.servers().isEmpty()) {
                lost.add(each.key() + ": a service without servers, which keepalived drops");
                continue;
            }
            services.add(service(each, lost));
        }
        GlobalSettings globals = configuration.timeouts().equals(TimeoutSettings.DEFAULTS)
                ? GlobalSettings.DEFAULT
                : GlobalSettings.DEFAULT.withTimeouts(configuration.timeouts());
        KeepalivedPrinter printer = new KeepalivedPrinter();
        printer.print(new KeepalivedConfiguration(
                new HealthConfiguration(services, false), globals, List.of(), List.of(), List.of()));
        return printer.result(lost);
    }

    private static MonitoredService service(DirectorConfiguration.Service each, List<String> lost) {
        VirtualService service = each.service();
        ServiceKey key = service.key();
        boolean portless = key instanceof ServiceKey.Address address
                && address.endpoint().port() == 0
                && service.persistence() == null;
        if (portless) {
            lost.add(key + ": port 0 without persistence; keepalived makes it persistent for 360 s");
        }
        MonitoredService.Builder builder = MonitoredService.builder(service);
        for (RealServer server : each.servers()) {
            RealServer written = MonitoredService.serverOf(key, server);
            if (!written.equals(server)) {
                lost.add(key + ", server " + server.endpoint() + ": its port; keepalived uses that of the service, "
                        + written.endpoint().port() + ", for every method but NAT");
            }
            boolean crossed = server.endpoint().address().family() != key.family()
                    && server.forwarding().method() != Forwarding.Method.TUNNEL;
            if (crossed) {
                lost.add(key + ", server " + server.endpoint() + ": another address family than that of the service, "
                        + "which keepalived allows with tunnels only");
            }
            if (!crossed) {
                builder.server(MonitoredServer.of(written));
            }
        }
        return builder.build();
    }
}
