package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import org.lvs4j.Connection;
import org.lvs4j.net.Endpoint;

/**
 * Connects a client's connection to the server that the director has placed it on, or to another server if that fails.
 *
 * <p>Belongs to the event loop of the connection: all fields are plain.
 */
final class ServerConnector {
    private final RelayState state;
    private final ListeningSocket listening;
    private final TcpConnection connection;
    private int retries;

    ServerConnector(RelayState state, ListeningSocket listening, TcpConnection connection) {
        this.state = state;
        this.listening = listening;
        this.connection = connection;
    }

    /** Starts to connect to the server of a placement. */
    void connect(Connection placement) {
        InetSocketAddress to = placement.destination().toSocketAddress();
        if (to.equals(listening.bound())) {
            // The server of a service for every port may be this relay: connecting would loop until all ports
            // are used up.
            failed(placement, new ConnectException("the relay itself listens there"));
            return;
        }
        ChannelFuture connecting = connection
                .loopState()
                .tcp()
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(connection.openServerSide(channel));
                    }
                })
                .connect(to);
        connecting.addListener(attempt -> {
            if (!attempt.isSuccess() && !connection.ended()) {
                failed(placement, attempt.cause());
            }
        });
    }

    private void failed(Connection placement, Throwable cause) {
        RelayCounters counters = state.counters;
        counters.connectFailures.increment();
        state.log.warn("{}: cannot connect to a server: {}", listening, reason(placement.destination(), cause));
        if (retries < state.options.retries()) {
            retries++;
            Connection next = placement.retry();
            connection.placedAgain(next);
            if (next.accepted()) {
                counters.retries.increment();
                connect(next);
                return;
            }
        } else {
            connection.placedAgain(placement);
        }
        counters.unreachable.increment();
        connection.end(TcpConnection.End.RESET);
    }

    private static String reason(Endpoint server, Throwable cause) {
        String text = String.valueOf(cause.getMessage());
        return text.contains(server.toString()) ? text : server + ": " + text;
    }
}
