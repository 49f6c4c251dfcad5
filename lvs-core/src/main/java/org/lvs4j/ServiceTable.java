package org.lvs4j;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * All services, found by what a packet shows. Immutable: a change makes a new table. Finding does not allocate.
 *
 * <p>The order of IPVS: firewall mark, then exact address and port, then the FTP service of the address, then every
 * port of the address.
 */
final class ServiceTable {
    static final ServiceTable EMPTY = new ServiceTable(new LinkedHashMap<>());

    private static final int FTP_DATA_PORT = 20;
    private static final int FTP_PORT = 21;
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    private final Map<ServiceKey, ServiceState> byKey;
    private final @Nullable ServiceState[] slots;
    private final int mask;
    private final boolean anyPort;
    private final boolean ftp;
    private final boolean marks;
    private final boolean servesV4;
    private final boolean servesV6;

    private ServiceTable(Map<ServiceKey, ServiceState> byKey) {
        this.byKey = byKey;
        mask = Integer.highestOneBit(Math.max(4, byKey.size() * 2)) * 2 - 1;
        slots = new ServiceState[mask + 1];
        boolean sawAnyPort = false;
        boolean sawFtp = false;
        boolean sawMark = false;
        boolean sawV4 = false;
        boolean sawV6 = false;
        for (ServiceState service : byKey.values()) {
            int slot;
            sawV4 |= service.key().family() == AddressFamily.IPV4;
            sawV6 |= service.key().family() == AddressFamily.IPV6;
            if (service.key() instanceof ServiceKey.Address key) {
                IpAddress address = key.endpoint().address();
                slot = hash(key.protocol(), address.high(), address.low(), key.endpoint().port());
                sawAnyPort |= key.endpoint().port() == 0;
                sawFtp |= key.protocol() == Protocol.TCP && key.endpoint().port() == FTP_PORT;
            } else {
                slot = hash(((ServiceKey.Mark) service.key()).mark());
                sawMark = true;
            }
            while (slots[slot & mask] != null) {
                slot++;
            }
            slots[slot & mask] = service;
        }
        anyPort = sawAnyPort;
        ftp = sawFtp;
        marks = sawMark;
        servesV4 = sawV4;
        servesV6 = sawV6;
    }

    ServiceTable with(ServiceState service) {
        Map<ServiceKey, ServiceState> now = new LinkedHashMap<>(byKey);
        now.put(service.key(), service);
        return new ServiceTable(now);
    }

    ServiceTable without(ServiceKey key) {
        Map<ServiceKey, ServiceState> now = new LinkedHashMap<>(byKey);
        now.remove(key);
        return new ServiceTable(now);
    }

    @Nullable ServiceState get(ServiceKey key) {
        return byKey.get(key);
    }

    List<ServiceState> all() {
        return new ArrayList<>(byKey.values());
    }

    /**
     * Whether there is a service of an address family. Without one the kernel takes its hooks out of the packets' way:
     * connections are kept but no packet finds them.
     */
    boolean serves(AddressFamily family) {
        return family == AddressFamily.IPV4 ? servesV4 : servesV6;
    }

    /** The service responsible for a flow, or null. */
    @Nullable ServiceState find(Flow flow) {
        if (marks && flow.mark() != 0) {
            ServiceState service = findMark(flow.mark(), flow.family());
            if (service != null) {
                return service;
            }
        }
        ServiceState service = findAddress(flow, flow.virtualPort());
        if (service == null && ftp && flow.protocol() == Protocol.TCP && mayBeFtpData(flow.virtualPort())) {
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
        int slot = hash(flow.protocol(), flow.virtualHigh(), flow.virtualLow(), port);
        while (true) {
            ServiceState service = slots[slot++ & mask];
            if (service == null) {
                return null;
            }
            if (service.key() instanceof ServiceKey.Address key
                    && key.protocol() == flow.protocol()
                    && key.endpoint().port() == port
                    && key.endpoint().address().low() == flow.virtualLow()
                    && key.endpoint().address().high() == flow.virtualHigh()
                    && key.family() == flow.family()) {
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

    // Only operators choose these keys, so a fixed hash is safe.
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
