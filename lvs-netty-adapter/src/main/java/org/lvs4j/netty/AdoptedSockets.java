package org.lvs4j.netty;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lvs4j.net.Protocol;

/**
 * The listening sockets of another process that a relay was given, until it takes them. Several may be bound to one
 * address; they are taken together, because clients wait in the queue of each. Guarded by the relay's lock.
 */
final class AdoptedSockets {
    /** The ceiling of sockets at one address: as many as there can be acceptors. */
    static final int MAX_AT_ADDRESS = 1024;

    private final Map<Bound, List<AdoptedSocket>> sockets = new HashMap<>();

    private record Bound(Protocol protocol, LocalAddress address, int port) {
        static Bound of(Protocol protocol, InetSocketAddress at) {
            return new Bound(protocol, LocalAddress.of(at.getAddress()), at.getPort());
        }
    }

    /**
     * Examines descriptors. If one is refused, all stay open, and belong to the caller.
     *
     * @throws RelayException naming each descriptor that is not a listening socket
     */
    static AdoptedSockets of(List<Integer> descriptors) {
        AdoptedSockets adopted = new AdoptedSockets();
        Set<Integer> seen = new HashSet<>();
        List<String> problems = new ArrayList<>();
        for (Integer descriptor : descriptors) {
            if (!seen.add(descriptor)) {
                problems.add("descriptor " + descriptor + ": it was given twice");
                continue;
            }
            try {
                adopted.add(AdoptedSocket.of(descriptor));
            } catch (BindFailure e) {
                problems.add(e.reason());
            }
        }
        if (!problems.isEmpty()) {
            throw new RelayException(problems);
        }
        return adopted;
    }

    /** Adds a socket. */
    void add(AdoptedSocket socket) throws BindFailure {
        List<AdoptedSocket> same =
                sockets.computeIfAbsent(Bound.of(socket.protocol(), socket.address()), bound -> new ArrayList<>());
        if (same.size() == MAX_AT_ADDRESS) {
            throw new BindFailure("descriptor " + socket.descriptor() + ": there are " + MAX_AT_ADDRESS + " sockets at "
                    + socket + " already");
        }
        same.add(socket);
    }

    /** Removes the sockets that are bound to an address, which the caller then owns; empty if there are none. */
    List<AdoptedSocket> take(Protocol protocol, InetSocketAddress address) {
        List<AdoptedSocket> taken = sockets.remove(Bound.of(protocol, address));
        return taken == null ? List.of() : taken;
    }

    /** Removes all sockets that are left, which the caller then owns. */
    List<AdoptedSocket> takeRest() {
        List<AdoptedSocket> rest = new ArrayList<>();
        sockets.values().forEach(rest::addAll);
        sockets.clear();
        return rest;
    }
}
