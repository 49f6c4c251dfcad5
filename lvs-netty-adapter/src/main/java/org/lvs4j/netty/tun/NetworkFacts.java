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
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.IpAddress;

/**
 * What a set-up depends on: the interfaces of this host, and the values that settings of its kernel had at first.
 *
 * @param links the interfaces that are up
 * @param sysctl the value of a setting by its name, or null if there is none
 */
record NetworkFacts(List<Link> links, Function<String, @Nullable String> sysctl) {
    NetworkFacts {
        links = List.copyOf(links);
    }

    /**
     * An interface.
     *
     * @param name its name
     * @param loopback whether it leads nowhere
     * @param prefixes its addresses
     */
    record Link(String name, boolean loopback, List<Prefix> prefixes) {
        Link {
            prefixes = List.copyOf(prefixes);
        }
    }

    /** Whether packets to an address end at this host. */
    boolean isLocal(IpAddress address) {
        return localAt(address) != null;
    }

    /** The interface that has an address, or null if none has. */
    @Nullable
    Link localAt(IpAddress address) {
        for (Link link : links) {
            for (Prefix prefix : link.prefixes()) {
                if (prefix.address().equals(address) || link.loopback() && prefix.contains(address)) {
                    return link;
                }
            }
        }
        return null;
    }

    /** The interfaces on whose own network an address is, so that its owner is asked for there. */
    List<Link> neighboursOf(IpAddress address) {
        List<Link> found = new ArrayList<>();
        for (Link link : links) {
            boolean near = link.prefixes().stream().anyMatch(prefix -> !prefix.isHost() && prefix.contains(address));
            if (near && !link.loopback()) {
                found.add(link);
            }
        }
        return found;
    }

    /** Reads those of this host. Settings keep the value that was read first, whatever becomes of them. */
    static final class Host {
        private final Map<String, String> first = new HashMap<>();

        /**
         * The facts now.
         *
         * @param without an interface to leave out
         * @throws UncheckedIOException if the interfaces cannot be read
         */
        NetworkFacts read(String without) {
            List<Link> links = new ArrayList<>();
            try {
                for (NetworkInterface link :
                        NetworkInterface.networkInterfaces().toList()) {
                    if (!link.getName().equals(without) && link.isUp()) {
                        List<Prefix> prefixes = link.getInterfaceAddresses().stream()
                                .map(at -> new Prefix(IpAddress.of(at.getAddress()), at.getNetworkPrefixLength()))
                                .toList();
                        links.add(new Link(link.getName(), link.isLoopback(), prefixes));
                    }
                }
            } catch (SocketException e) {
                throw new UncheckedIOException("the interfaces of this host cannot be read: " + e.getMessage(), e);
            }
            return new NetworkFacts(links, this::sysctl);
        }

        private @Nullable String sysctl(String name) {
            return first.computeIfAbsent(name, key -> {
                try {
                    return Files.readString(Sysctls.path(key)).strip();
                } catch (IOException e) {
                    return null;
                }
            });
        }

        /** The address that this host would use as its own towards another one, or null if it knows no way there. */
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

    /** Names of settings, as {@code sysctl} takes them. */
    static final class Sysctls {
        private Sysctls() {}

        /** Joins the parts of a name; an interface's name may have dots, and then slashes must separate. */
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
    }
}
