package org.lvs4j.netty;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * Which addresses a relay listens at: its own listening addresses and one for each service. Guarded by the relay's
 * lock.
 */
final class ListeningSockets {
    private final RelayState state;
    private final EventLoopGroup group;
    private final Map<ListenAddress, ListeningSocket> bound = new LinkedHashMap<>();

    ListeningSockets(RelayState state, EventLoopGroup group) {
        this.state = state;
        this.group = group;
    }

    /**
     * Binds what is missing and unbinds what is no longer wanted.
     *
     * @return what went wrong, one sentence each
     */
    List<String> update() {
        List<String> problems = new ArrayList<>();
        // An address of the relay's own stands for a service at the same address: its mark is to be seen.
        Map<ListenAddress, Boolean> ofService = new LinkedHashMap<>();
        for (ListenAddress address : state.options.listen()) {
            ofService.put(address, false);
        }
        for (ServiceSnapshot snapshot : state.director.services()) {
            ServiceKey key = snapshot.service().key();
            String problem = unbindable(key);
            if (problem != null) {
                problems.add(problem);
            } else if (key instanceof ServiceKey.Address service
                    && service.endpoint().port() != 0
                    && listenAddress(key) == null) {
                ofService.put(new ListenAddress(service.protocol(), service.endpoint(), 0), true);
            }
        }
        for (Iterator<ListeningSocket> all = bound.values().iterator(); all.hasNext(); ) {
            ListeningSocket listener = all.next();
            if (!ofService.containsKey(listener.address())) {
                all.remove();
                listener.unbind();
                RelayState.LOGGER.info("{}: no longer listening", listener);
            }
        }
        ofService.forEach((address, own) -> bind(address, own, problems));
        return problems;
    }

    private void bind(ListenAddress address, boolean ofService, List<String> problems) {
        if (bound.containsKey(address)) {
            return;
        }
        ListeningSocket listener = new ListeningSocket(state, address, ofService);
        try {
            listener.bind(group);
            bound.put(address, listener);
            RelayState.LOGGER.info("{}: listening at {}", listener, listener.bound());
        } catch (IOException e) {
            problems.add("cannot listen at " + address + ": " + e.getMessage() + advice(e));
        }
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

    /** Why a service cannot be listened for, or null if it can. */
    private @Nullable String unbindable(ServiceKey key) {
        if (key instanceof ServiceKey.Mark mark) {
            return listenAddress(key) != null
                    ? null
                    : key + ": a firewall mark has no address to listen at; add one with listen(protocol, endpoint, "
                            + Integer.toUnsignedString(mark.mark()) + ")";
        }
        ServiceKey.Address service = (ServiceKey.Address) key;
        if (service.protocol() == Protocol.SCTP) {
            return key + ": SCTP is not relayed, only TCP and UDP";
        }
        String text = service.endpoint().toString();
        return service.endpoint().port() != 0 || listenAddress(key) != null
                ? null
                : key + ": port 0 stands for every port and cannot be bound; add those to listen at with listen("
                        + service.protocol() + ", " + text.substring(0, text.length() - 1) + "port, 0)";
    }

    /** The first of the relay's own addresses that a service without an address of its own is reached by, or null. */
    private @Nullable ListenAddress listenAddress(ServiceKey key) {
        for (ListenAddress address : state.options.listen()) {
            Endpoint endpoint = address.endpoint();
            boolean matches = key instanceof ServiceKey.Address service
                    ? service.protocol() == address.protocol()
                            && service.endpoint().address().equals(endpoint.address())
                            && (service.endpoint().port() == 0
                                    || service.endpoint().port() == endpoint.port())
                    : key instanceof ServiceKey.Mark mark
                            && mark.mark() == address.mark()
                            && mark.family() == endpoint.address().family();
            if (matches) {
                return address;
            }
        }
        return null;
    }

    /**
     * Where a service is listened for.
     *
     * @throws NoSuchElementException if it is not
     */
    InetSocketAddress bound(ServiceKey key) {
        ListenAddress address = listenAddress(key);
        if (address == null && key instanceof ServiceKey.Address service) {
            address = new ListenAddress(service.protocol(), service.endpoint(), 0);
        }
        ListeningSocket listener = address == null ? null : bound.get(address);
        if (listener == null) {
            throw new NoSuchElementException(key + ": the relay does not listen for this service");
        }
        return listener.bound();
    }

    /** Stops accepting TCP connections. */
    void unbindTcp() {
        for (ListeningSocket listener : bound.values()) {
            if (listener.address().protocol() == Protocol.TCP) {
                listener.unbind();
            }
        }
    }

    void unbindAll() {
        bound.values().forEach(ListeningSocket::unbind);
        bound.clear();
    }
}
