package org.lvs4j.netty.client;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.PromiseNotifier;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.UnavailableException;

/** Binds the connection of a look-up to the channel that connects to its address. */
@Sharable
final class ConnectHandler extends ChannelDuplexHandler {
    static final ConnectHandler INSTANCE = new ConnectHandler();

    private ConnectHandler() {}

    @Override
    public void connect(
            ChannelHandlerContext context,
            SocketAddress remote,
            @Nullable SocketAddress local,
            ChannelPromise promise) {
        if (!(remote instanceof PlacedAddress address)) {
            context.connect(remote, local, promise);
            return;
        }
        Resolution resolution = address.resolution();
        Connection connection;
        try {
            connection = resolution.take();
        } catch (RuntimeException e) {
            promise.tryFailure(e);
            return;
        }
        if (!connection.accepted()) {
            promise.tryFailure(new UnavailableException(resolution.service()));
            return;
        }
        BalancedChannel earlier = BalancedChannel.of(context.channel());
        if (earlier != null) {
            // Only a datagram channel is connected more than once.
            earlier.end();
        }
        ChannelPromise connecting = context.newPromise();
        BalancedChannel channel = BalancedChannel.bind(
                resolution.director(), connection, context.channel(), false, new Connecting(resolution, connection));
        channel.await(connecting);
        // The library learns of a failure after the look-up has: it may connect to the next address at once.
        PromiseNotifier.cascade(connecting, promise.unvoid());
        context.connect(connection.destination().toSocketAddress(), local, connecting);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        ServerWatch.INSTANCE.exceptionCaught(context, cause);
    }

    private record Connecting(Resolution resolution, Connection connection) implements BalancedChannel.Outcome {
        @Override
        public void connected(BalancedChannel channel) {}

        @Override
        public void failed(@Nullable BalancedChannel channel, Throwable cause) {
            if (BalancedChannel.isOfServer(cause)) {
                BalancedChannel.reportFailure(connection, cause);
                resolution.failed(connection.destination());
                connection.reset();
            } else {
                connection.expire();
            }
        }
    }
}
