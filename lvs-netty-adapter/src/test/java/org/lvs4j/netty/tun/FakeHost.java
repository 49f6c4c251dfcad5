package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.internal.ChangedServices;
import org.lvs4j.service.ServiceKey;

/**
 * A TUN network on a host that exists in memory only: executes the commands of a set-up, refuses those that a kernel
 * would refuse, and counts its uses.
 */
final class FakeHost implements CommandRunner, AutoCloseable {
    static final List<Marks.Mark> MARKS = List.of(new Marks.Mark(Protocol.TCP, Endpoint.parse("192.0.2.250:80"), 9));

    private static final Pattern NUMBERED = Pattern.compile("lvs0-(\\d+)|(table|lookup) (\\d+)");
    private static final Pattern TABLE = Pattern.compile("default via (\\S+) dev \\S+ table (\\d+)");

    final List<NetworkFacts.Link> links = new ArrayList<>();
    final Map<String, String> sysctls = new HashMap<>();
    final Map<String, String> firstSysctls = new HashMap<>();
    final Set<String> objects = new HashSet<>();
    /** The commands about devices that are in force. */
    final Set<String> deviceStates = new HashSet<>();

    final List<DeviceOutput> openDevices = new ArrayList<>();
    final Map<String, DeviceOutput> existingDevices = new HashMap<>();
    /** A network prefix, as text, of destinations that have no route. */
    String unreachable = "none";
    /** How many more additions succeed before one fails. */
    int commandsUntilFailure = Integer.MAX_VALUE;

    int commands;
    int lookups;

    private final ChangedServices changed;
    final TunNetwork network;

    FakeHost(Director director) {
        sysctls.put("net.ipv4.ip_forward", "0");
        sysctls.put("net.ipv4.conf.all.rp_filter", "0");
        sysctls.put("net.ipv6.conf.all.forwarding", "0");
        for (String link : List.of("eth0", "eth1", "eth2")) {
            sysctls.put("net.ipv6.conf." + link + ".accept_ra", "1");
            sysctls.put("net.ipv6.conf." + link + ".proxy_ndp", "0");
        }
        firstSysctls.putAll(sysctls);
        links.add(new NetworkFacts.Link("lo", true, List.of(new Prefix(IpAddress.parse("127.0.0.1"), 8))));
        links.add(link("eth0", "192.0.2.1/24", "2001:db8::1/64"));
        links.add(link("eth1", "10.0.0.1/24", "fd00::1/64"));
        changed = ChangedServices.of(director, TunNetwork::affected);
        network = new TunNetwork(
                new TunOptions("lvs0", 1500, 1, 5300, true, MARKS),
                director,
                new TunNetwork.Host(
                        () -> new NetworkFacts(links, existingDevices.keySet(), this::firstSysctl),
                        this::sourceTowards,
                        this::openDevice),
                new SetUp(this, this::missing));
    }

    static NetworkFacts.Link link(String name, String... prefixes) {
        List<Prefix> list = new ArrayList<>();
        for (String prefix : prefixes) {
            String[] parts = prefix.split("/");
            list.add(new Prefix(IpAddress.parse(parts[0]), Integer.parseInt(parts[1])));
        }
        return new NetworkFacts.Link(name, false, list);
    }

    /** Follows the director as the plane does. */
    void refresh() {
        Set<ServiceKey> keys = changed.take();
        try {
            network.follow(keys).unused().forEach(DeviceOutput::close);
        } catch (RuntimeException e) {
            changed.putBack(keys);
            throw e;
        }
    }

    private @Nullable String firstSysctl(String name) {
        return (name.equals("net.ipv4.conf.all.rp_filter") ? sysctls : firstSysctls).get(name);
    }

    /** The steps that are not in force. */
    List<Step> missing(List<Step> steps) {
        return steps.stream().filter(step -> !isInForce(step.command())).toList();
    }

    private boolean isInForce(String command) {
        if (command.startsWith("sysctl -w ")) {
            String[] assignment = command.substring(10).split("=");
            return assignment[1].equals(sysctls.get(assignment[0]));
        }
        return objects.contains(command) || deviceStates.contains(command);
    }

    /** Removes a device, as {@code ip link del} does. */
    void removeDevice(String name) {
        assertThat(existingDevices.remove(name)).isNotNull();
        deviceStates.removeIf(state -> state.contains(" dev " + name + " "));
        sysctls.keySet().removeIf(setting -> setting.contains("." + name + "."));
    }

    private @Nullable IpAddress sourceTowards(IpAddress destination) {
        lookups++;
        if (destination.toString().startsWith(unreachable)) {
            return null;
        }
        // The last interface of the family, so that the answer depends on the interfaces.
        IpAddress source = null;
        for (NetworkFacts.Link link : links) {
            for (Prefix prefix : link.prefixes()) {
                if (prefix.address().family() == destination.family()) {
                    source = prefix.address();
                }
            }
        }
        return source;
    }

    private DeviceOutput openDevice(String name) {
        assertThat(existingDevices).as("%s is new", name).doesNotContainKey(name);
        Device device = new Device(name);
        existingDevices.put(name, device);
        openDevices.add(device);
        return device;
    }

    private final class Device implements DeviceOutput {
        private final String name;

        Device(String name) {
            this.name = name;
        }

        @Override
        public int write(ByteBuffer packet) {
            return packet.remaining();
        }

        @Override
        public void close() {
            assertThat(openDevices.remove(this)).as("%s closed once", name).isTrue();
            if (existingDevices.get(name) == this) {
                removeDevice(name);
            }
        }
    }

    @Override
    public String run(String command) {
        if (command.contains(" add ") && commandsUntilFailure-- == 0) {
            commandsUntilFailure = Integer.MAX_VALUE;
            throw new TunException("'" + command + "' failed: refused by the test");
        }
        commands++;
        if (command.startsWith("sysctl -w ")) {
            String[] assignment = command.substring(10).split("=");
            sysctls.put(assignment[0], assignment[1]);
        } else if (command.startsWith("ip addr add ") || command.startsWith("ip link set ")) {
            deviceStates.add(command);
        } else if (command.contains(" add ")) {
            assertThat(objects.add(command)).as("new: %s", command).isTrue();
        } else if (command.contains(" del ")) {
            String added = command.replace(" del ", " add ");
            assertThat(objects.removeIf(object -> object.equals(added) || object.startsWith(added + " ")))
                    .as("exists: %s", command)
                    .isTrue();
        }
        return "";
    }

    /** Stops following the director. */
    @Override
    public void close() {
        changed.close();
    }

    /** The state of the kernel, with the numbers of direct devices replaced by their servers. */
    Set<String> kernel() {
        Set<String> state = new TreeSet<>(normalised(objects));
        sysctls.forEach((name, value) -> {
            if (firstSysctls.containsKey(name)) {
                state.add(name + "=" + value);
            }
        });
        return state;
    }

    /** The planned steps in order, with the numbers of direct devices replaced by their servers. */
    List<String> plan() {
        return normalised(network.steps().stream().map(Step::toString).toList());
    }

    private static List<String> normalised(Iterable<String> commands) {
        Map<Integer, String> servers = new HashMap<>();
        for (String command : commands) {
            Matcher table = TABLE.matcher(command);
            while (table.find()) {
                servers.put(Integer.valueOf(table.group(2)), table.group(1));
            }
        }
        List<String> normalised = new ArrayList<>();
        for (String command : commands) {
            normalised.add(NUMBERED.matcher(command)
                    .replaceAll(found -> found.group(1) == null
                            ? found.group(2) + " of "
                                    + serverOf(servers, Integer.parseInt(found.group(3)), found.group())
                            : "lvs0 of " + serverOf(servers, 5305 + Integer.parseInt(found.group(1)), found.group())));
        }
        return normalised;
    }

    private static String serverOf(Map<Integer, String> servers, int table, String text) {
        return servers.getOrDefault(table, text);
    }
}
