package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/** A listening socket that cannot accept makes a pause, and goes on. */
final class TcpAcceptorTest {
    private final RelayState state = ListeningGroupTest.state(Director.create(), Transport.NIO);
    private final EmbeddedChannel channel = new EmbeddedChannel();

    TcpAcceptorTest() {
        ListenAddress address = new ListenAddress(Protocol.TCP, Endpoint.parse("127.0.0.1:80"), 0);
        ListeningSocket listening =
                new ListeningSocket(state, address, true, address.endpoint().toSocketAddress());
        channel.pipeline().addLast(new TcpAcceptor(state, listening, channel, channel.eventLoop()));
    }

    @Test
    void exceptionCaught_tooManyOpenFiles_pausesAndContinues() {
        for (int i = 0; i < 3; i++) {
            channel.pipeline()
                    .fireExceptionCaught(new IOException("accept(..) failed with error(-24): Too many open files"));
        }
        assertThat(channel.config().isAutoRead()).isFalse();
        state.descriptors.count();
        state.descriptors.resume();
        channel.runPendingTasks();

        assertThat(channel.config().isAutoRead()).isTrue();
        channel.checkException();
    }

    @Test
    void channelReadComplete_noDescriptorsForAnother_pausesUntilAConnectionEnds() {
        EmbeddedChannel first = new EmbeddedChannel();
        channel.pipeline().fireChannelRead(first);
        state.descriptors.exhausted();
        channel.pipeline().fireChannelReadComplete();
        assertThat(channel.config().isAutoRead()).isFalse();
        state.descriptors.resume();
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(state.counters.acceptFailures.sum()).isOne();

        first.close();
        channel.runPendingTasks();

        assertThat(channel.config().isAutoRead()).isTrue();
        channel.checkException();
    }
}
