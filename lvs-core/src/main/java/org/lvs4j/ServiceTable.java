package org.lvs4j;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * All services, found by the headers of a packet. Immutable: a change makes a new table. A look-up does not allocate.
 *
 * <p>The order is that of IPVS: firewall mark, exact address and port, FTP service of the address, service for every
 * port of the address. Packets find no named service.
 */
final class ServiceTable {
    private static final int MIN_SLOTS = 4;

    static final ServiceTable EMPTY = new ServiceTable(new ServiceState[0], new ServiceState[MIN_SLOTS], 0, 0);

    private static final int FTP_DATA_PORT = 20;
    private static final int FTP_PORT = 21;
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    // The kinds of services that the table has, so that a look-up leaves out the steps that find nothing.
    private static final int ANY_PORT = 1;
    private static final int FTP = 2;
    private static final int MARK = 4;
    private static final int IPV4 = 8;
    private static final int IPV6 = 16;

    /** All services in the order of their addition. */
    private final ServiceState[] services;

    private final @Nullable ServiceState[] slots;
    private final int mask;
    private final int kinds;

    /**
     * A table.
     *
     * @param slots hold the first services already; the table takes the array
     * @param placed the number of these
     * @param placedKinds their kinds
     */
    private ServiceTable(ServiceState[] services, @Nullable ServiceState[] slots, int placed, int placedKinds) {
        this.services = services;
        this.slots = slots;
        mask = slots.length - 1;
        int all = placedKinds;
        for (int i = placed; i < services.length; i++) {
            place(services[i]);
            all |= kinds(services[i].key());
        }
        kinds = all;
    }

    private void place(ServiceState service) {
        int slot;
        if (service.key() instanceof ServiceKey.Address key) {
            IpAddress address = key.endpoint().address();
            slot = hash(
                    key.protocol(),
                    address.high(),
                    address.low(),
                    key.endpoint().port());
        } else {
            slot = service.key() instanceof ServiceKey.Mark key
                    ? hash(key.mark())
                    : mix(service.key().hashCode());
        }
        while (slots[slot & mask] != null) {
            slot++;
        }
        slots[slot & mask] = service;
    }

    private static int kinds(ServiceKey key) {
        if (key instanceof ServiceKey.Named) {
            return 0;
        }
        int family = key.family() == AddressFamily.IPV4 ? IPV4 : IPV6;
        if (!(key instanceof ServiceKey.Address address)) {
            return family | MARK;
        }
        int port = address.endpoint().port();
        boolean ftp = port == FTP_PORT && address.protocol() == Protocol.TCP;
        return family | (port == 0 ? ANY_PORT : 0) | (ftp ? FTP : 0);
    }

    /**
     * The table without some services, and with others at its end. Costs time in proportion to all services: a list of
     * changes makes one table.
     *
     * @param added services of whose keys there are none, or only removed ones
     */
    ServiceTable with(Collection<ServiceState> added, Set<ServiceKey> removed) {
        List<ServiceState> all = new ArrayList<>(services.length + added.size());
        for (ServiceState service : services) {
            if (removed.isEmpty() || !removed.contains(service.key())) {
                all.add(service);
            }
        }
        all.addAll(added);
        ServiceState[] now = all.toArray(ServiceState[]::new);
        if (removed.isEmpty() && now.length * 2 <= mask) {
            return new ServiceTable(now, slots.clone(), services.length, kinds);
        }
        int size = Integer.highestOneBit(Math.max(MIN_SLOTS, now.length * 2)) * 2;
        return new ServiceTable(now, new ServiceState[size], 0, 0);
    }

    @Nullable
    ServiceState get(ServiceKey key) {
        if (key instanceof ServiceKey.Address address) {
            IpAddress ip = address.endpoint().address();
            return findAddress(
                    address.protocol(),
                    ip.family(),
                    ip.high(),
                    ip.low(),
                    address.endpoint().port());
        }
        return key instanceof ServiceKey.Mark mark ? findMark(mark.mark(), key.family()) : findNamed(key);
    }

    List<ServiceState> all() {
        return List.of(services);
    }

    /**
     * Whether there is a service of an address family. Without one the kernel unregisters its hooks: connections stay,
     * but no packet finds them.
     */
    boolean serves(AddressFamily family) {
        return (kinds & (family == AddressFamily.IPV4 ? IPV4 : IPV6)) != 0;
    }

    /** The service responsible for a flow, or null. */
    @Nullable
    ServiceState find(Flow flow) {
        if ((kinds & MARK) != 0 && flow.mark() != 0) {
            ServiceState service = findMark(flow.mark(), flow.family());
            if (service != null) {
                return service;
            }
        }
        ServiceState service = findAddress(flow, flow.destinationPort());
        if (service == null
                && (kinds & FTP) != 0
                && flow.protocol() == Protocol.TCP
                && mayBeFtpData(flow.destinationPort())) {
            service = findAddress(flow, FTP_PORT);
        }
        if (service == null && (kinds & ANY_PORT) != 0) {
            service = findAddress(flow, 0);
        }
        return service;
    }

    private static boolean mayBeFtpData(int port) {
        return port == FTP_DATA_PORT || port >= FIRST_UNPRIVILEGED_PORT;
    }

    private @Nullable ServiceState findAddress(Flow flow, int port) {
        return findAddress(flow.protocol(), flow.family(), flow.destinationHigh(), flow.destinationLow(), port);
    }

    private @Nullable ServiceState findAddress(Protocol protocol, AddressFamily family, long high, long low, int port) {
        int slot = hash(protocol, high, low, port);
        while (true) {
            ServiceState service = slots[slot++ & mask];
            if (service == null) {
                return null;
            }
            if (service.key() instanceof ServiceKey.Address key
                    && key.protocol() == protocol
                    && key.endpoint().port() == port
                    && key.endpoint().address().low() == low
                    && key.endpoint().address().high() == high
                    && key.family() == family) {
                return service;
            }
        }
    }

    private @Nullable ServiceState findMark(int mark, AddressFamily family) {
        int slot = hash(mark);
        while (true) {
            ServiceState service = slots[slot++ & mask];
            if (service == null) {
                return null;
            }
            if (service.key() instanceof ServiceKey.Mark key && key.mark() == mark && key.family() == family) {
                return service;
            }
        }
    }

    private @Nullable ServiceState findNamed(ServiceKey name) {
        int slot = mix(name.hashCode());
        while (true) {
            ServiceState service = slots[slot++ & mask];
            if (service == null || service.key().equals(name)) {
                return service;
            }
        }
    }

    // Only the operator chooses these keys, so a hash without a random seed is safe.
    private static int hash(Protocol protocol, long high, long low, int port) {
        return mix(high * 31 + low + ((long) port << 40) + protocol.number());
    }

    private static int hash(int mark) {
        return mix(~(long) mark);
    }

    private static int mix(long value) {
        long h = value * 0x9E37_79B9_7F4A_7C15L;
        return (int) (h >>> 33);
    }
}
