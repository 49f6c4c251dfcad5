package org.lvs4j.netty;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * The listening sockets of a relay: one for each address that its builder was given, and one for the address of each
 * service. Guarded by the relay's lock.
 */
final class ListeningSockets {
    private final RelayState state;
    private final EventLoopGroup group;
    private final Map<ListenAddress, ListeningSocket> bound = new LinkedHashMap<>();
    /** The first of the given addresses that serves a service, by the service's key. */
    private final Map<ServiceKey, ListenAddress> given = new HashMap<>();

    ListeningSockets(RelayState state, EventLoopGroup group) {
        this.state = state;
        this.group = group;
        for (ListenAddress address : state.options.listen()) {
            Endpoint endpoint = address.endpoint();
            given.putIfAbsent(ServiceKey.of(address.protocol(), endpoint), address);
            given.putIfAbsent(anyPort(address.protocol(), endpoint), address);
            if (address.mark() != 0) {
                given.putIfAbsent(
                        ServiceKey.mark(address.mark(), endpoint.address().family()), address);
            }
        }
    }

    private static ServiceKey anyPort(Protocol protocol, Endpoint endpoint) {
        return ServiceKey.of(protocol, new Endpoint(endpoint.address(), 0));
    }

    /** The service that a change matters for: one that was added or removed. Null for any other change. */
    static @Nullable ServiceKey affected(ConfigurationChange change) {
        if (change instanceof ConfigurationChange.ServiceAdded added) {
            return added.service().key();
        }
        return change instanceof ConfigurationChange.ServiceRemoved removed
                ? removed.service().key()
                : null;
    }

    /**
     * Binds the addresses that the builder was given.
     *
     * @return a problem for each that cannot be bound
     */
    List<String> bindGiven() {
        List<String> problems = new ArrayList<>();
        for (ListenAddress address : state.options.listen()) {
            String problem = bind(address, false);
            if (problem != null) {
                problems.add(problem);
            }
        }
        return problems;
    }

    /**
     * Follows services that have been added or removed: unbinds the addresses of those that are gone, then binds those
     * of the others.
     *
     * @return a problem for each service that cannot be listened for; all others are listened for
     */
    Map<ServiceKey, String> follow(Collection<ServiceKey> changed) {
        List<ServiceKey> present = new ArrayList<>();
        for (ServiceKey key : changed) {
            if (state.director.service(key) != null) {
                present.add(key);
            } else if (key instanceof ServiceKey.Address service && !given.containsKey(key)) {
                unbind(addressOf(service));
            }
        }
        Map<ServiceKey, String> problems = new LinkedHashMap<>();
        for (ServiceKey key : present) {
            String problem = bind(key);
            if (problem != null) {
                problems.put(key, problem);
            }
        }
        return problems;
    }

    private static ListenAddress addressOf(ServiceKey.Address service) {
        return new ListenAddress(service.protocol(), service.endpoint(), 0);
    }

    private void unbind(ListenAddress address) {
        ListeningSocket socket = bound.remove(address);
        if (socket != null) {
            socket.unbind();
            RelayState.LOGGER.info("{}: no longer listening", socket);
        }
    }

    /** Returns a problem, or null if there is none. */
    private @Nullable String bind(ServiceKey key) {
        // A given address replaces that of a service: the mark of the given one must be seen.
        if (given.containsKey(key)) {
            return null;
        }
        if (key instanceof ServiceKey.Mark mark) {
            return key + ": a firewall mark has no address to listen at; add one with listen(protocol, endpoint, "
                    + Integer.toUnsignedString(mark.mark()) + ")";
        }
        ServiceKey.Address service = (ServiceKey.Address) key;
        if (service.protocol() == Protocol.SCTP) {
            return key + ": SCTP is not relayed, only TCP and UDP";
        }
        if (service.endpoint().port() == 0) {
            String text = service.endpoint().toString();
            return key + ": port 0 stands for every port and cannot be bound; add those to listen at with listen("
                    + service.protocol() + ", " + text.substring(0, text.length() - 1) + "port, 0)";
        }
        return bind(addressOf(service), true);
    }

    /** Returns a problem, or null if there is none. */
    private @Nullable String bind(ListenAddress address, boolean ofService) {
        if (bound.containsKey(address)) {
            return null;
        }
        ListeningSocket socket = new ListeningSocket(state, address, ofService);
        try {
            socket.bind(group);
        } catch (IOException e) {
            return "cannot listen at " + address + ": " + e.getMessage() + advice(e);
        }
        bound.put(address, socket);
        RelayState.LOGGER.info("{}: listening at {}", socket, socket.bound());
        return null;
    }

    private static String advice(IOException e) {
        String text = String.valueOf(e.getMessage());
        if (text.contains("assign requested address")) {
            return " (the address must be one of this host's: add it to an interface first)";
        }
        return text.contains("Permission denied")
                ? " (ports below 1024 need a privilege, such as CAP_NET_BIND_SERVICE)"
                : "";
    }

    /**
     * The address at which a service is listened for.
     *
     * @throws NoSuchElementException if it is not listened for
     */
    InetSocketAddress bound(ServiceKey key) {
        ListenAddress address = given.get(key);
        if (address == null && key instanceof ServiceKey.Address service) {
            address = addressOf(service);
        }
        ListeningSocket socket = address == null ? null : bound.get(address);
        if (socket == null) {
            throw new NoSuchElementException(key + ": the relay does not listen for this service");
        }
        return socket.bound();
    }

    /** Stops accepting TCP connections. */
    void unbindTcp() {
        unbind(bound.values().stream()
                .filter(socket -> socket.address().protocol() == Protocol.TCP)
                .toList());
    }

    void unbindAll() {
        unbind(bound.values());
        bound.clear();
    }

    private static void unbind(Collection<ListeningSocket> sockets) {
        // Every socket starts to close before the first one is awaited.
        sockets.forEach(ListeningSocket::close);
        sockets.forEach(ListeningSocket::unbind);
    }
}
