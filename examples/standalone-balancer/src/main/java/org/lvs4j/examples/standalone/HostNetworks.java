package org.lvs4j.examples.standalone;

import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/** The networks of this host's interfaces now, as far as the packet plane depends on them. */
final class HostNetworks {
    private final Set<IpAddress> own = new HashSet<>();
    private final List<Network> loopback;
    private final List<Network> others;

    /**
     * The address of an interface.
     *
     * @param length the length of its network's prefix, in bits
     */
    record Network(IpAddress address, int length) {
        static Network of(InterfaceAddress at) {
            return new Network(IpAddress.of(at.getAddress()), at.getNetworkPrefixLength());
        }

        boolean contains(IpAddress other) {
            byte[] one = address.toInetAddress().getAddress();
            byte[] two = other.toInetAddress().getAddress();
            return address.family() == other.family()
                    && length < one.length * Byte.SIZE
                    && commonBits(one, two) >= length;
        }

        private static int commonBits(byte[] one, byte[] other) {
            int same = Arrays.mismatch(one, other);
            return same < 0
                    ? one.length * Byte.SIZE
                    : same * Byte.SIZE + Integer.numberOfLeadingZeros((one[same] ^ other[same]) & 0xFF) - 24;
        }
    }

    HostNetworks(List<Network> loopback, List<Network> others) {
        this.loopback = loopback;
        this.others = others;
        loopback.forEach(network -> own.add(network.address()));
        others.forEach(network -> own.add(network.address()));
    }

    /**
     * Reads the networks of the interfaces that are up.
     *
     * @param device the device of the plane, which is left out
     * @throws SocketException if they cannot be read
     */
    static HostNetworks read(String device) throws SocketException {
        List<Network> loopback = new ArrayList<>();
        List<Network> others = new ArrayList<>();
        for (NetworkInterface link : NetworkInterface.networkInterfaces().toList()) {
            boolean planes = !device.isEmpty() && link.getName().matches("\\Q" + device + "\\E(-\\d+)?");
            if (link.isUp() && !planes) {
                List<Network> networks = link.isLoopback() ? loopback : others;
                link.getInterfaceAddresses().forEach(at -> networks.add(Network.of(at)));
            }
        }
        return new HostNetworks(loopback, others);
    }

    /**
     * What the packet plane would not start with, as this host is now. These are no errors of the rules.
     *
     * @return one line for each address, at most {@link Rules#MAX_ERRORS}
     */
    List<String> problems(Rules rules) {
        Set<Object> known = new HashSet<>();
        List<String> problems = new ArrayList<>();
        List<RuleCommand> commands = rules.commands();
        for (int i = 0; i < commands.size() && problems.size() < Rules.MAX_ERRORS; i++) {
            RuleException problem = problem(rules, i, commands.get(i), known);
            if (problem != null) {
                problems.add(problem.getMessage());
            }
        }
        return problems;
    }

    private @Nullable RuleException problem(Rules rules, int index, RuleCommand command, Set<Object> known) {
        if (command instanceof RuleCommand.AddService add && add.service().key() instanceof ServiceKey.Address key) {
            IpAddress address = key.endpoint().address();
            return known.add(Set.of(address)) && isOwn(address)
                    ? rules.error(
                            index,
                            "the virtual address " + address
                                    + " is an address of this host, whose kernel would keep its" + " packets",
                            "an address of no interface, before run")
                    : null;
        }
        RealServer server = command instanceof RuleCommand.AddServer add
                ? add.server()
                : command instanceof RuleCommand.EditServer edit ? edit.server() : null;
        if (server == null) {
            return null;
        }
        IpAddress address = server.endpoint().address();
        boolean direct = server.forwarding().method() == Forwarding.Method.DIRECT;
        if (!known.add(List.of(address, direct))) {
            return null;
        } else if (isOwn(address)) {
            return rules.error(index, "the server is an address of this host", "an address of another host");
        } else if (direct && !isOn(others, address)) {
            return rules.error(
                    index,
                    "the server of direct routing (-g) is not on a network of this host",
                    "a tunnel (-i), or masquerading (-m)");
        }
        return null;
    }

    private boolean isOwn(IpAddress address) {
        return own.contains(address) || isOn(loopback, address);
    }

    private static boolean isOn(List<Network> networks, IpAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }
}
