package org.lvs4j.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.ServiceKey;

/**
 * The order in which {@code ipvsadm} lists: services by mark, family, protocol number, address and port; servers by
 * address and port. An address is compared as one or four numbers of 32 bits.
 *
 * <p>{@code ipvsadm} compares two numbers of 32 bits by the sign of their difference, which wraps around: 172.16.0.1
 * comes before 10.0.0.1, and a mark from 2^31 on before the services with an address. That is no total order: of three
 * addresses each can come before the next. The result then depends on the algorithm, which is that of the C library: a
 * stable merge sort whose first half is the smaller one, begun with the order of the table. {@link List#sort} is no
 * alternative, as it may throw in such a case.
 */
final class ListingOrder {
    private ListingOrder() {}

    static List<ServiceSnapshot> sorted(List<ServiceSnapshot> services) {
        return sorted(
                services,
                (one, other) -> compare(one.service().key(), other.service().key()));
    }

    static List<ServerSnapshot> sortedServers(ServiceSnapshot service) {
        return sorted(
                service.servers(),
                (one, other) -> compare(one.server().endpoint(), other.server().endpoint()));
    }

    private static int compare(ServiceKey one, ServiceKey other) {
        // The differences wrap around.
        int order = mark(one) - mark(other);
        order = order != 0 ? order : one.family().compareTo(other.family());
        if (order == 0 && one instanceof ServiceKey.Address a && other instanceof ServiceKey.Address b) {
            int byProtocol = a.protocol().number() - b.protocol().number();
            order = byProtocol != 0 ? byProtocol : compare(a.endpoint(), b.endpoint());
        }
        return order;
    }

    private static int mark(ServiceKey key) {
        return key instanceof ServiceKey.Mark mark ? mark.mark() : 0;
    }

    private static int compare(Endpoint one, Endpoint other) {
        long highs = firstWords(one.address());
        long otherHighs = firstWords(other.address());
        int order = compare(highs, otherHighs);
        order = order != 0 ? order : compare(lastWords(one.address()), lastWords(other.address()));
        return order != 0 ? order : one.port() - other.port();
    }

    private static int compare(long words, long others) {
        int order = (int) (words >>> 32) - (int) (others >>> 32);
        return order != 0 ? order : (int) words - (int) others;
    }

    /** The first two of the four words; the first one of an IPv4 address is the address. */
    private static long firstWords(IpAddress address) {
        return address.family() == AddressFamily.IPV4 ? address.low() << 32 : address.high();
    }

    private static long lastWords(IpAddress address) {
        return address.family() == AddressFamily.IPV4 ? 0 : address.low();
    }

    private static <T> List<T> sorted(List<T> items, Comparator<T> order) {
        List<T> sorted = new ArrayList<>(items);
        sort(sorted, new ArrayList<>(items), 0, items.size(), order);
        return sorted;
    }

    /** Sorts a range of a list; the other list has the same items in the range. */
    private static <T> void sort(List<T> items, List<T> same, int start, int end, Comparator<T> order) {
        if (end - start < 2) {
            return;
        }
        int middle = start + (end - start) / 2;
        sort(same, items, start, middle, order);
        sort(same, items, middle, end, order);
        int left = start;
        int right = middle;
        for (int at = start; at < end; at++) {
            boolean takeLeft = right == end || left < middle && order.compare(same.get(left), same.get(right)) <= 0;
            items.set(at, same.get(takeLeft ? left++ : right++));
        }
    }
}
