package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.ServiceKey;

/**
 * The network around a TUN device, which follows the configuration of a director: the steps of the set-up, the devices
 * of direct servers, the director's own addresses, and the view of all that for the event loops.
 *
 * <p>The cost of following a change depends on the changed services, apart from copies of the arrays of a view. Two
 * events make it examine everything again: other interfaces or addresses of this host, and another source address
 * towards one of the servers that {@link SourceAddresses} looks up each time. A change that fails leaves everything
 * as it was.
 *
 * <p>Not thread-safe.
 */
final class TunNetwork {
    private final TunOptions options;
    private final Director director;
    private final Host host;
    private final @Nullable SetUp setUp;
    private final DesiredNetwork desired;
    private final DirectDevices devices;
    private final SourceAddresses sources;
    private final NetworkPlan plan;
    private @Nullable NetworkFacts facts;
    private NetworkView view;
    private long servicesRead;

    /**
     * The host that a network is set up on.
     *
     * @param facts reads the facts about it
     * @param source the source address towards a destination, or null if there is no route
     * @param opener opens a TUN device by its name
     */
    record Host(
            Supplier<NetworkFacts> facts,
            Function<IpAddress, @Nullable IpAddress> source,
            Function<String, DeviceOutput> opener) {}

    /**
     * The outcome of following a change.
     *
     * @param view the view of the network from now on
     * @param steps the steps of the set-up that were added and removed
     * @param unused devices that the view no longer names, to be closed when no event loop uses an older view
     */
    record Update(NetworkView view, PlannedSteps.Difference steps, List<DeviceOutput> unused) {}

    /**
     * A network that has not been set up yet.
     *
     * @param setUp executes the steps; null if they are only planned
     */
    TunNetwork(TunOptions options, Director director, Host host, @Nullable SetUp setUp) {
        this.options = options;
        this.director = director;
        this.host = host;
        this.setUp = setUp;
        desired = new DesiredNetwork(new Marks(options.marks()).addresses());
        devices = new DirectDevices(options.device(), host.opener());
        sources = new SourceAddresses(host.source());
        plan = new NetworkPlan(desired, devices, setUp);
        view = NetworkView.empty(options.mtu());
    }

    /** The service that a change matters for, or null if the network needs the same as before. */
    static @Nullable ServiceKey affected(ConfigurationChange change) {
        if (change instanceof ConfigurationChange.ServiceAdded added) {
            return added.service().key();
        } else if (change instanceof ConfigurationChange.ServiceRemoved removed) {
            return removed.service().key();
        } else if (change instanceof ConfigurationChange.ServerAdded added) {
            return added.service();
        } else if (change instanceof ConfigurationChange.ServerRemoved removed) {
            return removed.service();
        } else if (change instanceof ConfigurationChange.ServerEdited edited) {
            boolean same = edited.before().forwarding().method()
                    == edited.after().forwarding().method();
            return same ? null : edited.service();
        }
        return null;
    }

    /**
     * Follows the services that have changed.
     *
     * @param changed their keys; the first call must name all services
     * @throws TunException if the network cannot be made to follow; everything is as it was then, and the same services
     *     must be named again
     */
    Update follow(Collection<ServiceKey> changed) {
        NetworkFacts now = host.facts().get();
        Map<ServiceKey, Set<Need>> services = new HashMap<>();
        for (ServiceKey key : changed) {
            ServiceSnapshot service = director.service(key);
            servicesRead++;
            services.put(key, service == null ? Set.of() : needs(service));
        }
        DesiredNetwork.Difference difference = desired.replace(services);
        try {
            return follow(difference, now);
        } catch (RuntimeException e) {
            desired.replace(difference.before());
            throw e;
        }
    }

    private static Set<Need> needs(ServiceSnapshot service) {
        return Need.of(
                service.service().key(),
                service.servers().stream().map(server -> server.server()).toList());
    }

    private Update follow(DesiredNetwork.Difference difference, NetworkFacts now) {
        Set<IpAddress> arriving = addresses(Need.Role.DIRECT, difference.added());
        Set<IpAddress> leaving = addresses(Need.Role.DIRECT, difference.removed());
        boolean sameHost = facts != null && facts.sameAs(now);
        Map<IpAddress, DeviceOutput> opened = devices.open(arriving, leaving.size());
        // Before commands are run: a look-up walks all rules of the kernel, and the set-up adds one for each server.
        lookUpSources(sameHost, difference.removed(), difference.added());
        PlannedSteps.Difference steps;
        try {
            steps = sameHost ? plan.change(difference, setUpPlan(now)) : plan.replace(setUpPlan(now));
        } catch (RuntimeException e) {
            lookUpSources(true, difference.added(), difference.removed());
            devices.remove(arriving).forEach(DeviceOutput::close);
            throw e;
        }
        facts = now;
        Map<IpAddress, IpAddress> virtual = new HashMap<>();
        addresses(Need.Role.VIRTUAL, difference.added()).forEach(address -> virtual.put(address, address));
        view = new NetworkView(
                options.mtu(),
                view.virtual().with(addresses(Need.Role.VIRTUAL, difference.removed()), virtual),
                sources.table(),
                sources.fallback(AddressFamily.IPV4),
                sources.fallback(AddressFamily.IPV6),
                view.direct().with(leaving, opened));
        return new Update(view, steps, devices.remove(leaving));
    }

    /**
     * Opens the devices of direct servers that something else has removed once more. Their steps are then missing, and
     * the steps themselves remain planned.
     *
     * @return the new view and the devices that it no longer names, or null if all devices exist
     * @throws TunException if a device cannot be opened; everything is as it was then
     */
    @Nullable
    Update reopenDevices() {
        Set<String> existing = host.facts().get().devices();
        List<DeviceOutput> replaced = new ArrayList<>();
        Map<IpAddress, DeviceOutput> opened = devices.reopen(existing, replaced);
        if (opened.isEmpty()) {
            return null;
        }
        view = new NetworkView(
                view.mtu(),
                view.virtual(),
                view.sources(),
                view.ownV4(),
                view.ownV6(),
                view.direct().with(List.of(), opened));
        return new Update(view, new PlannedSteps.Difference(List.of(), List.of()), replaced);
    }

    private void lookUpSources(boolean sameHost, Set<Need> removed, Set<Need> added) {
        if (sameHost) {
            sources.update(removed, added);
        } else {
            sources.lookUpAll(removed, added);
        }
    }

    private static Set<IpAddress> addresses(Need.Role role, Set<Need> needs) {
        Set<IpAddress> addresses = new HashSet<>();
        for (Need need : needs) {
            if (need.role() == role) {
                addresses.add(need.address());
            }
        }
        return addresses;
    }

    private SetUpPlan setUpPlan(NetworkFacts now) {
        return new SetUpPlan(options.device(), options.table(), options.mtu(), now);
    }

    /** The steps of the whole set-up, in order. The caller owns the list. */
    List<Step> steps() {
        return plan.steps();
    }

    /** All steps that must be in force, in order. The caller owns the list. */
    List<Step> required() {
        return plan.required();
    }

    /** The latest view. */
    NetworkView view() {
        return view;
    }

    /** How many services have been read so far. */
    long servicesRead() {
        return servicesRead;
    }

    /** How many needs have been planned so far. */
    long needsPlanned() {
        return plan.needsPlanned();
    }

    /** Takes back what has been set up. */
    void undo() {
        if (setUp != null) {
            setUp.undo();
        }
    }

    /** Closes the devices of direct servers. */
    void closeDevices() {
        devices.closeAll();
    }
}
