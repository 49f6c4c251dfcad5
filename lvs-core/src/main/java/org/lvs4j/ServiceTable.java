package org.lvs4j;

import java.util.Arrays;
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
 * port of the address.
 */
final class ServiceTable {
    static final ServiceTable EMPTY = new ServiceTable(new ServiceState[0]);

    private static final int FTP_DATA_PORT = 20;
    private static final int FTP_PORT = 21;
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    /** All services in the order of their addition. */
    private final ServiceState[] services;

    private final @Nullable ServiceState[] slots;
    private final int mask;
    private final boolean anyPort;
    private final boolean ftp;
    private final boolean marks;
    private final boolean servesV4;
    private final boolean servesV6;

    /** Builds all slots. */
    private ServiceTable(ServiceState[] services) {
        this.services = services;
        mask = Integer.highestOneBit(Math.max(4, services.length * 2)) * 2 - 1;
        slots = new ServiceState[mask + 1];
        boolean sawAnyPort = false;
        boolean sawFtp = false;
        boolean sawMark = false;
        boolean sawV4 = false;
        boolean sawV6 = false;
        for (ServiceState service : services) {
            place(service);
            ServiceKey key = service.key();
            sawAnyPort |= isAnyPort(key);
            sawFtp |= isFtp(key);
            sawMark |= key instanceof ServiceKey.Mark;
            sawV4 |= key.family() == AddressFamily.IPV4;
            sawV6 |= key.family() == AddressFamily.IPV6;
        }
        anyPort = sawAnyPort;
        ftp = sawFtp;
        marks = sawMark;
        servesV4 = sawV4;
        servesV6 = sawV6;
    }

    /** Adds one service to the slots of a table that has room for it, so that thousands of additions stay cheap. */
    private ServiceTable(ServiceTable before, ServiceState added) {
        services = Arrays.copyOf(before.services, before.services.length + 1);
        services[before.services.length] = added;
        mask = before.mask;
        slots = before.slots.clone();
        place(added);
        ServiceKey key = added.key();
        anyPort = before.anyPort || isAnyPort(key);
        ftp = before.ftp || isFtp(key);
        marks = before.marks || key instanceof ServiceKey.Mark;
        servesV4 = before.servesV4 || key.family() == AddressFamily.IPV4;
        servesV6 = before.servesV6 || key.family() == AddressFamily.IPV6;
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
            slot = hash(((ServiceKey.Mark) service.key()).mark());
        }
        while (slots[slot & mask] != null) {
            slot++;
        }
        slots[slot & mask] = service;
    }

    private static boolean isAnyPort(ServiceKey key) {
        return key instanceof ServiceKey.Address address && address.endpoint().port() == 0;
    }

    private static boolean isFtp(ServiceKey key) {
        return key instanceof ServiceKey.Address address
                && address.protocol() == Protocol.TCP
                && address.endpoint().port() == FTP_PORT;
    }

    /** The table with one more service, whose key it does not contain yet. */
    ServiceTable with(ServiceState service) {
        if ((services.length + 1) * 2 <= mask) {
            return new ServiceTable(this, service);
        }
        ServiceState[] now = Arrays.copyOf(services, services.length + 1);
        now[services.length] = service;
        return new ServiceTable(now);
    }

    /** The table without the services of some keys. */
    ServiceTable without(Set<ServiceKey> keys) {
        return new ServiceTable(Arrays.stream(services)
                .filter(service -> !keys.contains(service.key()))
                .toArray(ServiceState[]::new));
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
        return findMark(((ServiceKey.Mark) key).mark(), key.family());
    }

    List<ServiceState> all() {
        return List.of(services);
    }

    /**
     * Whether there is a service of an address family. Without one the kernel unregisters its hooks: connections stay,
     * but no packet finds them.
     */
    boolean serves(AddressFamily family) {
        return family == AddressFamily.IPV4 ? servesV4 : servesV6;
    }

    /** The service responsible for a flow, or null. */
    @Nullable
    ServiceState find(Flow flow) {
        if (marks && flow.mark() != 0) {
            ServiceState service = findMark(flow.mark(), flow.family());
            if (service != null) {
                return service;
            }
        }
        ServiceState service = findAddress(flow, flow.destinationPort());
        if (service == null && ftp && flow.protocol() == Protocol.TCP && mayBeFtpData(flow.destinationPort())) {
            service = findAddress(flow, FTP_PORT);
        }
        if (service == null && anyPort) {
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
