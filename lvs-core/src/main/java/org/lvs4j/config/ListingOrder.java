package org.lvs4j.config;

import java.util.Comparator;
import java.util.List;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.service.ServiceKey;

/**
 * The order in which {@code ipvsadm} lists. Services with an address come before firewall marks. Addresses are sorted
 * by family, protocol number, address and port, marks by number and family, servers by address and port.
 */
final class ListingOrder {
    private static final Comparator<ServiceKey> KEYS = ListingOrder::compare;

    private ListingOrder() {}

    static List<ServiceSnapshot> sorted(List<ServiceSnapshot> services) {
        return services.stream()
                .sorted(Comparator.comparing(service -> service.service().key(), KEYS))
                .toList();
    }

    static List<ServerSnapshot> sortedServers(ServiceSnapshot service) {
        return service.servers().stream()
                .sorted(Comparator.comparing(server -> server.server().endpoint()))
                .toList();
    }

    private static int compare(ServiceKey one, ServiceKey other) {
        int byMark = Integer.compareUnsigned(mark(one), mark(other));
        if (byMark != 0) {
            return byMark;
        }
        int byFamily = one.family().compareTo(other.family());
        if (byFamily == 0 && one instanceof ServiceKey.Address a && other instanceof ServiceKey.Address b) {
            int byProtocol = Integer.compare(a.protocol().number(), b.protocol().number());
            return byProtocol != 0 ? byProtocol : a.endpoint().compareTo(b.endpoint());
        }
        return byFamily;
    }

    private static int mark(ServiceKey key) {
        return key instanceof ServiceKey.Mark mark ? mark.mark() : 0;
    }
}
