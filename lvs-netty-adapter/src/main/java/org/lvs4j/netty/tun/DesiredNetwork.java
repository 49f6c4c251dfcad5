package org.lvs4j.netty.tun;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.ServiceKey;

/**
 * The addresses that a director's configuration is about.
 *
 * @param virtual those that clients know
 * @param masqueraded servers whose answers must come back through the director
 * @param tunnelled servers that packets are encapsulated for
 * @param direct servers that are next hops, with the number of the device that leads to each
 */
record DesiredNetwork(
        SortedSet<IpAddress> virtual,
        SortedSet<IpAddress> masqueraded,
        SortedSet<IpAddress> tunnelled,
        SortedMap<IpAddress, Integer> direct) {
    /** How many servers of direct routing there may be. */
    static final int MAX_DIRECT = 256;

    /**
     * What services want.
     *
     * @param further virtual addresses beyond those of the services
     * @param numbers the devices that there are already: a server keeps its own
     * @throws TunException if there are more servers of direct routing than {@value #MAX_DIRECT}
     */
    static DesiredNetwork by(List<ServiceSnapshot> services, List<IpAddress> further, Map<IpAddress, Integer> numbers) {
        SortedSet<IpAddress> virtual = new TreeSet<>(further);
        SortedSet<IpAddress> masqueraded = new TreeSet<>();
        SortedSet<IpAddress> tunnelled = new TreeSet<>();
        SortedSet<IpAddress> direct = new TreeSet<>();
        for (ServiceSnapshot service : services) {
            if (service.service().key() instanceof ServiceKey.Address key) {
                virtual.add(key.endpoint().address());
            }
            for (ServerSnapshot server : service.servers()) {
                IpAddress address = server.server().endpoint().address();
                switch (server.server().forwarding().method()) {
                    case MASQUERADE -> masqueraded.add(address);
                    case TUNNEL -> tunnelled.add(address);
                    case DIRECT -> direct.add(address);
                }
            }
        }
        return new DesiredNetwork(virtual, masqueraded, tunnelled, numbered(direct, numbers));
    }

    private static SortedMap<IpAddress, Integer> numbered(
            SortedSet<IpAddress> servers, Map<IpAddress, Integer> numbers) {
        if (servers.size() > MAX_DIRECT) {
            throw new TunException("there are " + servers.size() + " servers of direct routing (-g); at most "
                    + MAX_DIRECT + " can be served through a TUN device; use tunnels (-i)");
        }
        SortedMap<IpAddress, Integer> numbered = new TreeMap<>(numbers);
        numbered.keySet().retainAll(servers);
        // Numbers of servers that have gone are free only with the next change, when their devices have gone too.
        TreeSet<Integer> taken = new TreeSet<>(numbers.values());
        int next = 0;
        for (IpAddress server : servers) {
            if (!numbered.containsKey(server)) {
                while (!taken.add(next)) {
                    next++;
                }
                numbered.put(server, next);
            }
        }
        return numbered;
    }
}
