package org.lvs4j.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.LoadBalancerProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.lvs4j.Affinity;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/**
 * What an application needs beyond the name of the policy: the attributes that it may set, and a provider for a director of
 * its own, in which it can watch, drain and measure the servers.
 *
 * <pre>{@code
 * Director director = Director.create();
 * LoadBalancerRegistry.getDefaultRegistry().register(LvsGrpc.provider(director));
 * }</pre>
 */
public final class LvsGrpc {
    /** The name of the policy: {@value}. */
    public static final String POLICY = "lvs";

    /**
     * The weight of a server, an attribute of its {@link io.grpc.EquivalentAddressGroup} that a name resolver sets. 0
     * quiesces the server. Without it a server has weight 1, or 100 with slow start, which needs weights to raise.
     */
    public static final Attributes.Key<Integer> WEIGHT = Attributes.Key.create("org.lvs4j.grpc.weight");

    /**
     * The affinity of a call, for schedulers that hash and for persistence. It precedes the header that the service config
     * names.
     */
    public static final CallOptions.Key<Affinity> AFFINITY = CallOptions.Key.create("org.lvs4j.grpc.affinity");

    /** The prefix 100::/64, which is never routed (RFC 6666). */
    private static final long DISCARD_PREFIX = 0x0100L << 48;

    private LvsGrpc() {}

    /**
     * A provider of the policy {@value #POLICY} that uses a director of the application. Registered in a {@link
     * io.grpc.LoadBalancerRegistry}, it precedes the one that gRPC finds by itself, for channels that are built later.
     *
     * <p>Each channel has a named service in the director while it is in use: its servers are those that are connected. The
     * application may edit or drain servers, but leaves it to the policy to add and remove them.
     *
     * @param director its lingering and leak detection do not matter: a call is released when it ends
     */
    public static LoadBalancerProvider provider(Director director) {
        return new LvsLoadBalancerProvider(requireNonNull(director, "director"));
    }

    /**
     * The endpoint under which a director knows the server at an address: the address itself if it is one of IP, otherwise,
     * as for a socket of Unix or a server in the same process, one of the prefix {@code 100::/64} that is computed from the
     * text of the address, with port 1 if it has none. To be used with {@link Director#drain} and {@link
     * Director#editServer}.
     *
     * @param address the first one of its {@link io.grpc.EquivalentAddressGroup}
     */
    public static Endpoint endpoint(SocketAddress address) {
        InetAddress ip =
                requireNonNull(address, "address") instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (ip != null && !ip.isAnyLocalAddress() && !ip.isMulticastAddress()) {
            return Endpoint.of((InetSocketAddress) address);
        }
        UUID hash = UUID.nameUUIDFromBytes(address.toString().getBytes(StandardCharsets.UTF_8));
        return new Endpoint(
                IpAddress.v6(DISCARD_PREFIX, hash.getMostSignificantBits() ^ hash.getLeastSignificantBits()),
                Math.max(1, address instanceof InetSocketAddress inet ? inet.getPort() : 0));
    }
}
