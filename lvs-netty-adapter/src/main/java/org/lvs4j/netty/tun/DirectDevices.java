package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.lvs4j.net.IpAddress;

/** The TUN devices of the servers of direct routing, one for each, with their numbers. Not thread-safe. */
final class DirectDevices {
    /** The ceiling of servers of direct routing. */
    static final int MAX_SERVERS = 256;

    private final String device;
    private final Function<String, DeviceOutput> opener;
    private final Map<IpAddress, Integer> numbers = new HashMap<>();
    private final Map<IpAddress, DeviceOutput> outputs = new HashMap<>();

    /**
     * No devices yet.
     *
     * @param device the name of the main device, from which the others derive theirs
     * @param opener opens a device by its name, and throws {@link TunException} if that is not possible
     */
    DirectDevices(String device, Function<String, DeviceOutput> opener) {
        this.device = device;
        this.opener = opener;
    }

    /**
     * Opens the devices of servers that have none, in the order of their addresses, or none of them.
     *
     * @param leaving how many of the other servers are about to be removed
     * @return the outputs that were opened. The caller owns the map
     * @throws TunException if there are more than {@value #MAX_SERVERS} servers, or a device cannot be opened
     */
    Map<IpAddress, DeviceOutput> open(Collection<IpAddress> servers, int leaving) {
        int all = numbers.size() - leaving + servers.size();
        if (all > MAX_SERVERS) {
            throw new TunException("there are " + all + " servers of direct routing (-g); at most " + MAX_SERVERS
                    + " can be served through a TUN device; use tunnels (-i)");
        }
        // The number of a server that is about to be removed is free only after its device has been removed, too.
        TreeSet<Integer> taken = new TreeSet<>(numbers.values());
        Map<IpAddress, DeviceOutput> opened = new HashMap<>();
        int next = 0;
        try {
            for (IpAddress server : new TreeSet<>(servers)) {
                while (!taken.add(next)) {
                    next++;
                }
                opened.put(server, opener.apply(SetUpPlan.directDevice(device, next)));
                numbers.put(server, next);
            }
        } catch (RuntimeException e) {
            opened.values().forEach(DeviceOutput::close);
            numbers.keySet().removeAll(opened.keySet());
            throw e;
        }
        outputs.putAll(opened);
        return opened;
    }

    /** The number of a server's device. */
    int number(IpAddress server) {
        return numbers.getOrDefault(server, -1);
    }

    /**
     * Opens the devices that no longer exist, because something else has removed them, once more.
     *
     * @param existing the names of the devices that exist
     * @param replaced receives the outputs of the devices that were replaced, which are still to be closed
     * @return the new outputs by server. The caller owns the map
     * @throws TunException if a device cannot be opened; then none is
     */
    Map<IpAddress, DeviceOutput> reopen(Set<String> existing, List<DeviceOutput> replaced) {
        Map<IpAddress, DeviceOutput> opened = new HashMap<>();
        try {
            numbers.forEach((server, number) -> {
                String name = SetUpPlan.directDevice(device, number);
                if (!existing.contains(name)) {
                    opened.put(server, opener.apply(name));
                }
            });
        } catch (RuntimeException e) {
            opened.values().forEach(DeviceOutput::close);
            throw e;
        }
        opened.forEach((server, output) -> {
            DeviceOutput old = outputs.put(server, output);
            if (old != null) {
                replaced.add(old);
            }
        });
        return opened;
    }

    /** Forgets the devices of servers; returns their outputs, which are still to be closed. */
    List<DeviceOutput> remove(Collection<IpAddress> servers) {
        List<DeviceOutput> removed = new ArrayList<>();
        for (IpAddress server : servers) {
            numbers.remove(server);
            DeviceOutput output = outputs.remove(server);
            if (output != null) {
                removed.add(output);
            }
        }
        return removed;
    }

    void closeAll() {
        outputs.values().forEach(DeviceOutput::close);
        outputs.clear();
        numbers.clear();
    }
}
