package org.lvs4j.netty.client;

import static java.util.Objects.requireNonNull;

import io.netty.channel.ChannelHandler;
import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.UnavailableException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/**
 * Resolves the names of a director's {@linkplain ServiceKey#named named} services to their servers, for Netty's
 * bootstraps and for libraries that take an {@link AddressResolverGroup}. Other names are left to another resolver, so
 * that one client can talk to both.
 *
 * <pre>{@code
 * DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
 * bootstrap.resolver(resolvers).handler(new ChannelInitializer<Channel>() {
 *     protected void initChannel(Channel channel) {
 *         channel.pipeline().addFirst(resolvers.handler());
 *     }
 * });
 * bootstrap.connect(InetSocketAddress.createUnresolved("orders", 80));
 * }</pre>
 *
 * <p><b>Counts.</b> A look-up places a connection, and its address carries it. A channel with the {@link #handler} that
 * connects to that address object takes the connection: its server counts it until the channel is closed, exactly, as
 * {@link BalancedBootstrap} does. The handler must be in the pipeline when the channel connects. A connection that no
 * channel takes within {@value Resolution#CLAIM_SECONDS} seconds is released and counted as {@link #unclaimed}: without
 * the handler, or with a library that copies the address, that is every one. Then the choice of servers is still the
 * scheduler's, but those that go by the number of connections see only the last {@value Resolution#CLAIM_SECONDS}
 * seconds.
 *
 * <p><b>All addresses.</b> {@link AddressResolver#resolveAll} returns the server that the scheduler has chosen, and then
 * the others that take clients, in the order of the list. It places one connection. A channel that connects to another
 * address of that look-up, because the first one has failed, is placed anew, without the servers that have failed, and so
 * may be connected to another server than that address.
 *
 * <p>The port that is asked for does not matter; servers have their own. A look-up fails with an {@link UnavailableException}
 * if no server takes clients. There is no affinity, and no retry but that of the library.
 *
 * <p>Guarantees: thread-safe. Progress: non-blocking, but for the other resolver.
 */
public final class DirectorAddressResolverGroup extends AddressResolverGroup<InetSocketAddress> {
    private final Director director;
    private final AddressResolverGroup<InetSocketAddress> others;
    private final LongAdder unclaimed = new LongAdder();

    private DirectorAddressResolverGroup(Director director, AddressResolverGroup<InetSocketAddress> others) {
        this.director = director;
        this.others = others;
    }

    /** A group that leaves the names of other hosts to the JDK. */
    public static DirectorAddressResolverGroup of(Director director) {
        return of(director, DefaultAddressResolverGroup.INSTANCE);
    }

    /**
     * A group that leaves other names to another one.
     *
     * @param others the caller closes it
     */
    public static DirectorAddressResolverGroup of(Director director, AddressResolverGroup<InetSocketAddress> others) {
        return new DirectorAddressResolverGroup(requireNonNull(director, "director"), requireNonNull(others, "others"));
    }

    /**
     * The handler that binds connections to channels, the same for all channels. It is added before the channel connects,
     * and first, so that no handler replaces the address before.
     */
    public ChannelHandler handler() {
        return ConnectHandler.INSTANCE;
    }

    /** How many connections no channel has taken in time. */
    public long unclaimed() {
        return unclaimed.sum();
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new Resolver(executor, others.getResolver(executor));
    }

    private final class Resolver extends AbstractAddressResolver<InetSocketAddress> {
        private final AddressResolver<InetSocketAddress> other;

        Resolver(EventExecutor executor, AddressResolver<InetSocketAddress> other) {
            super(executor, InetSocketAddress.class);
            this.other = other;
        }

        @Override
        protected boolean doIsResolved(InetSocketAddress address) {
            return !address.isUnresolved();
        }

        @Override
        protected void doResolve(InetSocketAddress unresolved, Promise<InetSocketAddress> promise) {
            ServiceKey service = service(unresolved);
            Connection connection = service == null ? null : open(service);
            if (service == null || connection == null) {
                other.resolve(unresolved, promise);
            } else if (!connection.accepted()) {
                promise.tryFailure(new UnavailableException(service));
            } else {
                Endpoint chosen = connection.destination();
                Resolution resolution = resolution(service, connection);
                complete(resolution, promise, resolution.address(chosen));
            }
        }

        @Override
        protected void doResolveAll(InetSocketAddress unresolved, Promise<List<InetSocketAddress>> promise) {
            ServiceKey service = service(unresolved);
            Connection connection = service == null ? null : open(service);
            if (service == null || connection == null) {
                other.resolveAll(unresolved, promise);
            } else if (!connection.accepted()) {
                promise.tryFailure(new UnavailableException(service));
            } else {
                Endpoint chosen = connection.destination();
                Resolution resolution = resolution(service, connection);
                complete(resolution, promise, resolution.all(chosen));
            }
        }

        private Resolution resolution(ServiceKey service, Connection connection) {
            return Resolution.of(director, service, unclaimed, connection, executor());
        }

        private static <T> void complete(Resolution resolution, Promise<T> promise, T found) {
            if (!promise.trySuccess(found)) {
                resolution.cancel();
            }
        }
    }

    private static @Nullable ServiceKey service(InetSocketAddress unresolved) {
        try {
            return ServiceKey.named(unresolved.getHostString());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private @Nullable Connection open(ServiceKey service) {
        try {
            return director.open(service);
        } catch (DirectorException e) {
            // It is the name of a host.
            return null;
        }
    }
}
