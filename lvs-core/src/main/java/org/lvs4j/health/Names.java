package org.lvs4j.health;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The names of services and servers in lines of the FIFO. */
final class Names {
    private final Map<String, Integer> groups = new HashMap<>();

    /** The name of the next service of a configuration; those of the same group are numbered. */
    String next(MonitoredService service) {
        String group = service.group();
        if (group != null) {
            return "[" + group + "]:" + (groups.merge(group, 1, Integer::sum) - 1);
        }
        ServiceKey key = service.services().get(0).key();
        if (key instanceof ServiceKey.Mark mark) {
            return "FWM " + Integer.toUnsignedString(mark.mark());
        }
        return key instanceof ServiceKey.Address address
                ? name(address.endpoint(), text(address.protocol()))
                : key.toString();
    }

    /** The name of a server of a service. */
    static String server(MonitoredService service, RealServer server) {
        boolean single = service.group() == null;
        RealServer named =
                single ? MonitoredService.serverOf(service.services().get(0).key(), server) : server;
        return name(named.endpoint(), protocol(service.services()));
    }

    /** The protocol of the addresses of a service; {@code none} if it has only firewall marks. */
    static String protocol(List<VirtualService> services) {
        for (VirtualService each : services) {
            if (each.key() instanceof ServiceKey.Address address) {
                return text(address.protocol());
            }
        }
        return "none";
    }

    private static String text(Protocol protocol) {
        return protocol.name().toLowerCase(Locale.ROOT);
    }

    private static String name(Endpoint endpoint, String protocol) {
        return "[" + endpoint.address() + "]:" + protocol + ":" + endpoint.port();
    }
}
