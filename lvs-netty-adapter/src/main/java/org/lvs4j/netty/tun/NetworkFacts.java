package org.lvs4j.netty.tun;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.IpAddress;

/**
 * The facts about this host that a set-up depends on: its interfaces, its reverse-path filter, and the values that
 * settings of its kernel had at first. Immutable.
 */
final class NetworkFacts {
    private static final String REVERSE_PATH_FILTER = "net.ipv4.conf.all.rp_filter";

    private final List<Link> links;
    private final Set<String> devices;
    private final @Nullable String reversePathFilter;
    private final Map<IpAddress, Link> owners = new HashMap<>();
    private final Function<String, @Nullable String> sysctl;

    /**
     * Facts about a host.
     *
     * @param links the interfaces that are up, without the plane's own
     * @param devices the names of the plane's own interfaces
     * @param sysctl the value of a setting by its name, or null if there is none
     */
    NetworkFacts(List<Link> links, Set<String> devices, Function<String, @Nullable String> sysctl) {
        this.links = List.copyOf(links);
        this.devices = Set.copyOf(devices);
        this.sysctl = sysctl;
        reversePathFilter = sysctl.apply(REVERSE_PATH_FILTER);
        for (Link link : links) {
            link.prefixes().forEach(prefix -> owners.putIfAbsent(prefix.address(), link));
        }
    }

    /**
     * An interface.
     *
     * @param name its name
     * @param loopback whether packets sent to it come back
     * @param prefixes its addresses
     */
    record Link(String name, boolean loopback, List<Prefix> prefixes) {
        Link {
            prefixes = List.copyOf(prefixes);
        }

        /** Whether an address is on a network of more than one address that this interface is attached to. */
        private boolean isNear(IpAddress address) {
            for (Prefix prefix : prefixes) {
                if (!prefix.isHost() && prefix.contains(address)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** The interfaces that are up, without the plane's own. */
    List<Link> links() {
        return links;
    }

    /** The names of the plane's own interfaces. */
    Set<String> devices() {
        return devices;
    }

    /** The present setting for all interfaces, or null if there is none. */
    @Nullable
    String reversePathFilter() {
        return reversePathFilter;
    }

    /** Whether other facts lead to the same set-up. */
    boolean sameAs(NetworkFacts other) {
        return links.equals(other.links) && Objects.equals(reversePathFilter, other.reversePathFilter);
    }

    /** The value of a setting, or null if there is none. */
    @Nullable
    String sysctl(String name) {
        return sysctl.apply(name);
    }

    /** The interface that has an address, so that packets to it end at this host; null if none has. */
    @Nullable
    Link localAt(IpAddress address) {
        Link owner = owners.get(address);
        if (owner != null) {
            return owner;
        }
        for (Link link : links) {
            if (link.loopback() && link.isNear(address)) {
                return link;
            }
        }
        return null;
    }

    /** The interfaces on whose own network an address is, where neighbours resolve it by ARP or NDP. */
    List<Link> neighboursOf(IpAddress address) {
        List<Link> found = new ArrayList<>();
        for (Link link : links) {
            if (!link.loopback() && link.isNear(address)) {
                found.add(link);
            }
        }
        return found;
    }

    /**
     * Reads the facts about this host. A setting keeps the value that was read first, so that an undo restores it; the
     * exception is the reverse-path filter for all interfaces, which a set-up never changes.
     */
    static final class Host {
        private static final Pattern DIRECT = Pattern.compile("(-\\d+)?");

        private final Map<String, String> first = new HashMap<>();

        /**
         * Reads the facts as they are now.
         *
         * @param device the plane's device; its interface and those of its direct servers are the plane's own
         * @throws UncheckedIOException if the interfaces cannot be read
         */
        NetworkFacts read(String device) {
            List<Link> links = new ArrayList<>();
            Set<String> devices = new HashSet<>();
            try {
                for (NetworkInterface link :
                        NetworkInterface.networkInterfaces().toList()) {
                    if (isOwn(link.getName(), device)) {
                        devices.add(link.getName());
                    } else if (link.isUp()) {
                        List<Prefix> prefixes = link.getInterfaceAddresses().stream()
                                .map(at -> new Prefix(IpAddress.of(at.getAddress()), at.getNetworkPrefixLength()))
                                .toList();
                        links.add(new Link(link.getName(), link.isLoopback(), prefixes));
                    }
                }
            } catch (SocketException e) {
                throw new UncheckedIOException("the interfaces of this host cannot be read: " + e.getMessage(), e);
            }
            return new NetworkFacts(links, devices, this::sysctl);
        }

        private static boolean isOwn(String name, String device) {
            return name.startsWith(device)
                    && DIRECT.matcher(name.substring(device.length())).matches();
        }

        private @Nullable String sysctl(String name) {
            return name.equals(REVERSE_PATH_FILTER) ? Sysctls.read(name) : first.computeIfAbsent(name, Sysctls::read);
        }

        /** The source address that the kernel chooses towards a destination, or null if it has no route there. */
        static @Nullable IpAddress sourceTowards(IpAddress destination) {
            try (DatagramSocket probe = new DatagramSocket()) {
                probe.connect(new InetSocketAddress(destination.toInetAddress(), 9));
                IpAddress source = IpAddress.of(probe.getLocalAddress());
                return source.isUnspecified() || source.family() != destination.family() ? null : source;
            } catch (SocketException | UncheckedIOException e) {
                return null;
            }
        }
    }

    /** The names of settings, as {@code sysctl} takes them. */
    static final class Sysctls {
        private Sysctls() {}

        /** Joins the parts of a name: by dots, or by slashes if the name of an interface has a dot itself. */
        static String name(String... parts) {
            boolean dotted = false;
            for (String part : parts) {
                dotted |= part.indexOf('.') >= 0;
            }
            return String.join(dotted ? "/" : ".", parts);
        }

        /** The file of a setting. */
        static Path path(String name) {
            return Path.of("/proc/sys", name.indexOf('/') >= 0 ? name : name.replace('.', '/'));
        }

        /** The present value of a setting, or null if there is none. */
        static @Nullable String read(String name) {
            try {
                return Files.readString(path(name)).strip();
            } catch (IOException e) {
                return null;
            }
        }
    }
}
