package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Protocol;

/**
 * Everything that listens for one address.
 *
 * <p>For an address of this host that is one {@link ListeningSocket}. A UDP socket at a wildcard address answers from
 * an address that the system chooses, and a client ignores answers from another address than it has asked. So there,
 * each address of an interface has a socket of its own besides; the system prefers it to the wildcard one. Some
 * transports cannot bind the wildcard address of a family without that of the other one: they have only the sockets of
 * each address.
 *
 * <p>Guarded by the relay's lock.
 */
final class ListeningGroup {
    /** The ceiling of addresses with a socket of their own; the wildcard socket serves the others. */
    private static final int MAX_LOCAL = 1024;

    private final RelayState state;
    private final EventLoopGroup loops;
    private final ListenAddress address;
    private final boolean ofService;
    private final boolean wildcard;
    private final boolean eachAddress;
    private final Map<LocalAddress, ListeningSocket> local = new LinkedHashMap<>();
    private @Nullable ListeningSocket whole;
    private InetSocketAddress bound;

    ListeningGroup(RelayState state, EventLoopGroup loops, ListenAddress address, boolean ofService) {
        this.state = state;
        this.loops = loops;
        this.address = address;
        this.ofService = ofService;
        bound = address.endpoint().toSocketAddress();
        wildcard = address.endpoint().address().isUnspecified();
        eachAddress = wildcard && (address.protocol() == Protocol.UDP || !hasWildcardSocket());
    }

    /** Whether both groups would take the same clients. */
    boolean collides(ListeningGroup other) {
        return overlaps(other) && wildcard == other.wildcard;
    }

    private boolean hasWildcardSocket() {
        return state.options
                .transport()
                .bindsWildcard(address.protocol(), address.endpoint().address().family());
    }

    ListenAddress address() {
        return address;
    }

    boolean wildcard() {
        return wildcard;
    }

    /** Whether it listens for a service, not at an address that the relay's builder was given. */
    boolean ofService() {
        return ofService;
    }

    /** Its port, which only other groups of the same port can overlap with. */
    Port port() {
        return new Port(address.protocol(), address.endpoint().address().family(), bound.getPort());
    }

    /** A port of a protocol and an address family. */
    record Port(Protocol protocol, AddressFamily family, int number) {}

    /** The address to listen for, with the port that the system has chosen. */
    InetSocketAddress bound() {
        return bound;
    }

    /** The addresses with a socket of their own. */
    Set<LocalAddress> locals() {
        return local.keySet();
    }

    /** Whether both groups listen, or would listen, at the same address and port. */
    boolean overlaps(ListeningGroup other) {
        return port().equals(other.port()) && (wildcard || other.wildcard || bound.equals(other.bound));
    }

    /**
     * Binds all sockets or none.
     *
     * @param exclusive whether to fail if another socket of this user shares the port
     * @param taken the local addresses at which other groups listen at this port
     */
    void bind(boolean exclusive, Set<LocalAddress> taken) throws BindFailure {
        try {
            if (!wildcard || hasWildcardSocket()) {
                ListeningSocket socket = new ListeningSocket(state, address, ofService, bound);
                socket.bind(loops, exclusive);
                whole = socket;
                bound = socket.bound();
            } else if (bound.getPort() == 0) {
                int port = BindFailure.freePort(
                        address.protocol(), address.endpoint().address().family(), bound);
                bound = new InetSocketAddress(bound.getAddress(), port);
            }
            if (eachAddress) {
                if (whole != null && !whole.sharesPort()) {
                    throw new BindFailure("the socket of another process at this wildcard address keeps others from its"
                            + " port; give it SO_REUSEPORT (ReusePort=yes of systemd), or adopt one at each address");
                }
                for (LocalAddress each : wanted(taken)) {
                    try {
                        bind(each, exclusive && whole == null);
                    } catch (BindFailure e) {
                        // An address that is being added or removed; the next check of addresses tries it again.
                        if (!e.notOfThisHost()) {
                            throw e;
                        }
                    }
                }
                if (whole == null && local.isEmpty()) {
                    throw new BindFailure("this host has no such address");
                }
            }
        } catch (BindFailure e) {
            unbind();
            throw e;
        }
    }

    private void bind(LocalAddress each, boolean exclusive) throws BindFailure {
        ListeningSocket socket =
                new ListeningSocket(state, address, ofService, new InetSocketAddress(each.address(), bound.getPort()));
        socket.bind(loops, exclusive);
        local.put(each, socket);
    }

    private Set<LocalAddress> wanted(Set<LocalAddress> taken) {
        Set<LocalAddress> wanted = new LinkedHashSet<>();
        for (LocalAddress each : state.local().of(address.endpoint().address().family())) {
            if (wanted.size() < MAX_LOCAL && !taken.contains(each)) {
                wanted.add(each);
            }
        }
        return wanted;
    }

    /**
     * Follows the addresses of this host.
     *
     * @param taken as for {@link #bind}
     * @return a problem for each that cannot be bound
     */
    List<String> followLocal(Set<LocalAddress> taken) {
        List<String> problems = new ArrayList<>();
        if (!eachAddress) {
            return problems;
        }
        Set<LocalAddress> wanted = wanted(taken);
        for (LocalAddress gone : List.copyOf(local.keySet())) {
            if (!wanted.contains(gone)) {
                ListeningSocket socket = local.remove(gone);
                if (socket != null) {
                    socket.unbind();
                }
                RelayState.LOGGER.info("{}: no longer listening at {}", this, gone);
            }
        }
        wanted.removeAll(local.keySet());
        for (LocalAddress added : wanted) {
            try {
                bind(added, false);
                RelayState.LOGGER.info("{}: listening at {}, too", this, added);
            } catch (BindFailure e) {
                if (!e.notOfThisHost()) {
                    problems.add(this + ": cannot listen at " + added + ": " + e.reason());
                }
            }
        }
        return problems;
    }

    /** Leaves one of the addresses that this wildcard address stands for to another group, which is about to bind it. */
    void release(InetAddress each) {
        ListeningSocket socket = local.remove(LocalAddress.of(each));
        if (socket != null) {
            socket.unbind();
        }
        if (whole != null) {
            whole.release(each);
        }
    }

    /** Serves a socket of an address that this wildcard address stands for; false if that is not possible. */
    boolean adoptLocal(AdoptedSocket socket) {
        return eachAddress
                && whole != null
                && socket.protocol() == address.protocol()
                && socket.address().getPort() == bound.getPort()
                && socket.address().getAddress() instanceof Inet4Address
                && state.local().isUnicast(socket.address().getAddress())
                && whole.adoptLocal(socket);
    }

    /** Starts to read from sockets that were adopted. */
    void read() {
        sockets().forEach(ListeningSocket::read);
    }

    /** All sockets. Waits for the event loops. */
    List<Channel> channels() {
        List<Channel> channels = new ArrayList<>();
        sockets().forEach(socket -> channels.addAll(socket.channels()));
        return channels;
    }

    /** Starts to close the sockets. */
    void close() {
        sockets().forEach(ListeningSocket::close);
    }

    /** Closes the sockets and waits until they are closed. */
    void unbind() {
        // Every socket starts to close before the first one is awaited.
        close();
        sockets().forEach(ListeningSocket::unbind);
        whole = null;
        local.clear();
    }

    private List<ListeningSocket> sockets() {
        List<ListeningSocket> sockets = new ArrayList<>(local.values());
        if (whole != null) {
            sockets.add(whole);
        }
        return sockets;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
