package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The listening sockets of a relay: those of each address that its builder was given, and those of the address of each
 * service. Guarded by the relay's lock.
 */
final class ListeningSockets {
    /** The longest time for which a closed socket may still take its port. */
    private static final long CLOSING_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final RelayState state;
    private final EventLoopGroup loops;
    private final boolean sharedPorts;
    private final Map<ListenAddress, ListeningGroup> bound = new LinkedHashMap<>();
    /** The groups that may overlap with others: those of wildcard addresses and those of given addresses. */
    private final Set<ListeningGroup> wide = new LinkedHashSet<>();
    /** All groups by port: no others overlap. */
    private final Map<ListeningGroup.Port, Set<ListeningGroup>> atPort = new HashMap<>();
    /** Those of {@link #wide} by port. */
    private final Map<ListeningGroup.Port, Set<ListeningGroup>> wideAtPort = new HashMap<>();
    /** The first of the given addresses that serves a service, by the service's key. */
    private final Map<ServiceKey, ListenAddress> given = new HashMap<>();
    /** The services that are bound but not added yet. */
    private final Set<ServiceKey> prepared = new LinkedHashSet<>();

    private final Map<ServiceKey, String> problems = new LinkedHashMap<>();
    private List<String> localProblems = List.of();
    private long lastUnbindNanos = System.nanoTime() - CLOSING_NANOS;

    ListeningSockets(RelayState state, EventLoopGroup loops) {
        this.state = state;
        this.loops = loops;
        sharedPorts = state.options.transport().sharedPort() != null;
        for (ListenAddress address : state.options.listen()) {
            Endpoint endpoint = address.endpoint();
            given.putIfAbsent(ServiceKey.of(address.protocol(), endpoint), address);
            given.putIfAbsent(ServiceKey.of(address.protocol(), endpoint.withPort(0)), address);
            if (address.mark() != 0) {
                given.putIfAbsent(
                        ServiceKey.mark(address.mark(), endpoint.address().family()), address);
            }
        }
    }

    /**
     * The service that a change matters for: one that was added or removed, or for which port 0 has another meaning
     * now. Null for any other change.
     */
    static @Nullable ServiceKey affected(ConfigurationChange change) {
        if (change instanceof ConfigurationChange.ServiceEdited edited) {
            return takesFreePort(edited.before()) != takesFreePort(edited.after())
                    ? edited.after().key()
                    : null;
        } else if (change instanceof ConfigurationChange.ServiceAdded added) {
            return added.service().key();
        }
        return change instanceof ConfigurationChange.ServiceRemoved removed
                ? removed.service().key()
                : null;
    }

    /** The given address that serves a service, or null if it has an address of its own. */
    private @Nullable ListenAddress given(ServiceKey key) {
        ListenAddress address = given.get(key);
        if (address == null && key instanceof ServiceKey.Address service) {
            Endpoint endpoint = service.endpoint();
            address = given.get(
                    ServiceKey.of(service.protocol(), new Endpoint(unspecified(endpoint.address()), endpoint.port())));
        }
        return address;
    }

    private static IpAddress unspecified(IpAddress address) {
        return IpAddress.of(address.family(), 0, 0);
    }

    /**
     * Binds the addresses that the builder was given.
     *
     * @return a problem for each that cannot be bound
     */
    List<String> bindGiven() {
        List<String> failures = new ArrayList<>();
        for (ListenAddress address : state.options.listen()) {
            String problem = bind(address, false);
            if (problem != null) {
                failures.add(problem);
            }
        }
        return failures;
    }

    /**
     * Binds the addresses of services that will be added, or none of them. They stay bound until {@link #settle}.
     *
     * @return a problem for each service that cannot be listened for
     */
    Map<ServiceKey, String> prepare(Collection<VirtualService> services) {
        Map<ServiceKey, String> failures = new LinkedHashMap<>();
        Set<ServiceKey> before = Set.copyOf(prepared);
        for (VirtualService service : services) {
            ServiceKey key = service.key();
            String problem = bind(service);
            if (problem != null) {
                failures.put(key, problem);
            } else {
                prepared.add(key);
            }
        }
        if (!failures.isEmpty()) {
            List<ServiceKey> now = new ArrayList<>(prepared);
            now.removeAll(before);
            prepared.retainAll(before);
            unbindAbsent(now);
        }
        return failures;
    }

    /** The prepared services, which have been added by now, or will not be. */
    List<ServiceKey> settle() {
        List<ServiceKey> keys = List.copyOf(prepared);
        prepared.clear();
        return keys;
    }

    /**
     * Follows services that have been added or removed: binds the addresses of new ones, and unbinds those of the ones
     * that are gone. Services with a problem are tried again.
     */
    void follow(Collection<ServiceKey> changed) {
        Set<ServiceKey> keys = new LinkedHashSet<>(problems.keySet());
        keys.addAll(changed);
        keys.removeAll(prepared);
        problems.clear();
        if (!sharedPorts) {
            // There, a new address can be bound only after the old one at the same port is free.
            unbindAbsent(keys);
        }
        for (ServiceKey key : keys) {
            VirtualService service = service(key);
            String problem = service == null ? null : bind(service);
            if (problem != null) {
                problems.put(key, problem);
            }
        }
        unbindAbsent(keys);
    }

    private @Nullable VirtualService service(ServiceKey key) {
        var service = state.director.service(key);
        return service == null ? null : service.service();
    }

    /** Whether there is a service of a key that listens at its own address. */
    private boolean hasOwnAddress(ServiceKey.Address key) {
        VirtualService service = service(key);
        return service != null && (key.endpoint().port() != 0 || takesFreePort(service));
    }

    private void unbindAbsent(Collection<ServiceKey> keys) {
        Set<ListeningGroup.Port> gone = new LinkedHashSet<>();
        for (ServiceKey key : keys) {
            if (key instanceof ServiceKey.Address service && !hasOwnAddress(service)) {
                ListenAddress address = addressOf(service);
                ListeningGroup group = state.options.listen().contains(address) ? null : bound.remove(address);
                if (group != null) {
                    remove(group);
                    group.unbind();
                    lastUnbindNanos = System.nanoTime();
                    RelayState.LOGGER.info("{}: no longer listening", group);
                    gone.add(group.port());
                }
            }
        }
        gone.forEach(this::followLocal);
    }

    /** Wildcard addresses listen where a more specific one has ceased to. */
    private void followLocal(ListeningGroup.Port port) {
        for (ListeningGroup group : wideAtPort.getOrDefault(port, Set.of())) {
            if (group.wildcard()) {
                group.followLocal(taken(group));
            }
        }
    }

    private void add(ListeningGroup group) {
        atPort.computeIfAbsent(group.port(), port -> new LinkedHashSet<>()).add(group);
        if (group.wildcard() || !group.ofService()) {
            wide.add(group);
            wideAtPort
                    .computeIfAbsent(group.port(), port -> new LinkedHashSet<>())
                    .add(group);
        }
    }

    private void remove(ListeningGroup group) {
        wide.remove(group);
        for (Map<ListeningGroup.Port, Set<ListeningGroup>> byPort : List.of(atPort, wideAtPort)) {
            byPort.computeIfPresent(group.port(), (port, groups) -> {
                groups.remove(group);
                return groups.isEmpty() ? null : groups;
            });
        }
    }

    /** The local addresses at which other groups listen at the port of a wildcard address. */
    private Set<LocalAddress> taken(ListeningGroup wildcard) {
        Set<LocalAddress> taken = new HashSet<>();
        for (ListeningGroup group : wildcard.wildcard() ? atPort(wildcard) : Set.<ListeningGroup>of()) {
            if (!group.wildcard()) {
                taken.add(LocalAddress.of(group.bound().getAddress()));
            }
        }
        return taken;
    }

    private Set<ListeningGroup> atPort(ListeningGroup group) {
        return atPort.getOrDefault(group.port(), Set.of());
    }

    /** Follows the addresses of this host, if there is a wildcard address to listen at. */
    void followLocal() {
        if (wide.stream().noneMatch(ListeningGroup::wildcard)) {
            localProblems = List.of();
            return;
        }
        readLocal();
        List<String> failures = new ArrayList<>();
        wide.forEach(group -> failures.addAll(group.followLocal(taken(group))));
        localProblems = List.copyOf(failures);
    }

    private void readLocal() {
        try {
            state.local(LocalAddresses.read());
        } catch (SocketException e) {
            RelayState.LOGGER.debug("the addresses of this host cannot be read; the last ones stay", e);
        }
    }

    private String whyUnbound(ServiceKey key) {
        String problem = problems.get(key);
        if (problem != null) {
            return problem;
        }
        String why;
        if (key instanceof ServiceKey.Named) {
            why = "it has a name, and no address to listen at";
        } else if (service(key) == null) {
            why = "the director does not have it";
        } else {
            why = "the relay is closed, or has not seen yet that it was added";
        }
        return key + ": the relay does not listen for this service: " + why;
    }

    /** What cannot be listened for now, one sentence each. */
    List<String> problems() {
        List<String> all = new ArrayList<>(problems.values());
        all.addAll(localProblems);
        return List.copyOf(all);
    }

    private static ListenAddress addressOf(ServiceKey.Address service) {
        return new ListenAddress(service.protocol(), service.endpoint(), 0);
    }

    /** Whether a service takes a port that the system chooses. With persistence, port 0 is every port. */
    private static boolean takesFreePort(VirtualService service) {
        return service.persistence() == null
                && service.key() instanceof ServiceKey.Address key
                && key.endpoint().port() == 0;
    }

    /** Returns a problem, or null if there is none. */
    private @Nullable String bind(VirtualService virtual) {
        ServiceKey key = virtual.key();
        // A given address replaces that of a service: the mark of the given one must be seen.
        if (!takesFreePort(virtual) && given(key) != null) {
            return null;
        }
        if (key instanceof ServiceKey.Mark mark) {
            return key + ": a firewall mark has no address to listen at; add one with listen(protocol, endpoint, "
                    + Integer.toUnsignedString(mark.mark()) + ")";
        }
        if (!(key instanceof ServiceKey.Address service)) {
            return null; // a named service, whose connections the application opens
        }
        if (service.protocol() == Protocol.SCTP) {
            return key + ": SCTP is not relayed, only TCP and UDP";
        }
        if (service.endpoint().address().isIpv4Mapped()) {
            return key + ": no client of IPv6 can reach an IPv4-mapped address; use the IPv4 address";
        }
        if (service.endpoint().port() == 0 && !takesFreePort(virtual)) {
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
        ListeningGroup group = new ListeningGroup(state, loops, address, ofService);
        if (group.wildcard()) {
            readLocal();
        }
        boolean exclusive = true;
        for (ListeningGroup other :
                group.wildcard() ? atPort(group) : wideAtPort.getOrDefault(group.port(), Set.of())) {
            if (other.collides(group)) {
                return "cannot listen at " + address + ": the relay listens there already, for " + other;
            }
            if (other.overlaps(group)) {
                exclusive = false;
                if (other.wildcard()) {
                    other.release(group.bound().getAddress());
                }
            }
        }
        try {
            bind(group, exclusive);
        } catch (BindFailure e) {
            followLocal(group.port());
            return "cannot listen at " + address + ": " + e.reason();
        }
        bound.put(address, group);
        add(group);
        RelayState.LOGGER.info("{}: listening at {}", group, Endpoint.of(group.bound()));
        return null;
    }

    private void bind(ListeningGroup group, boolean exclusive) throws BindFailure {
        while (true) {
            try {
                group.bind(exclusive, taken(group));
                return;
            } catch (BindFailure e) {
                // Some transports close a socket a moment after they have reported that it is closed.
                if (!e.inUse() || System.nanoTime() - lastUnbindNanos > CLOSING_NANOS) {
                    throw e;
                }
                LockSupport.parkNanos(CLOSING_NANOS / 100);
            }
        }
    }

    /**
     * The address at which a service is listened for.
     *
     * @throws NoSuchElementException if it is not listened for
     */
    InetSocketAddress bound(ServiceKey key) {
        ListeningGroup group = key instanceof ServiceKey.Address service ? bound.get(addressOf(service)) : null;
        if (group == null) {
            VirtualService service = service(key);
            ListenAddress address = service != null && takesFreePort(service) ? null : given(key);
            group = address == null ? null : bound.get(address);
        }
        if (group == null) {
            throw new NoSuchElementException(whyUnbound(key));
        }
        if (group.wildcard() && key instanceof ServiceKey.Address service) {
            return new InetSocketAddress(
                    service.endpoint().address().toInetAddress(), group.bound().getPort());
        }
        return group.bound();
    }

    /** Starts to read from sockets that were adopted, and closes those at other addresses. */
    void readAdopted() {
        for (AdoptedSocket rest : state.adopted.takeRest()) {
            if (wide.stream().noneMatch(group -> group.adoptLocal(rest))) {
                rest.close();
                RelayState.LOGGER.warn("{}: the socket of another process was closed, no service is there", rest);
            }
        }
        bound.values().forEach(ListeningGroup::read);
    }

    /** All sockets. Waits for the event loops. */
    List<Channel> channels() {
        List<Channel> channels = new ArrayList<>();
        bound.values().forEach(group -> channels.addAll(group.channels()));
        return channels;
    }

    /** Stops reading from all sockets, and leaves what waits in them. Waits for the event loops. */
    void stopReading() {
        List<Future<?>> stopping = new ArrayList<>();
        for (Channel channel : channels()) {
            stopping.add(channel.eventLoop().submit(() -> channel.config().setAutoRead(false)));
        }
        stopping.forEach(Future::awaitUninterruptibly);
    }

    /** Stops accepting TCP connections. */
    void unbindTcp() {
        unbind(bound.values().stream()
                .filter(group -> group.address().protocol() == Protocol.TCP)
                .toList());
    }

    void unbindAll() {
        state.adopted.takeRest().forEach(AdoptedSocket::close);
        unbind(bound.values());
        bound.clear();
        wide.clear();
        atPort.clear();
        wideAtPort.clear();
    }

    private static void unbind(Collection<ListeningGroup> groups) {
        // Every socket starts to close before the first one is awaited.
        groups.forEach(ListeningGroup::close);
        groups.forEach(ListeningGroup::unbind);
    }
}
