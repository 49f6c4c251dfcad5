package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/** A listening socket that cannot accept makes a pause, and goes on. */
final class TcpAcceptorTest {
    @Test
    void exceptionCaught_tooManyOpenFiles_pausesAndContinues() {
        RelayState state = ListeningGroupTest.state(Director.create(), Transport.NIO);
        ListenAddress address = new ListenAddress(Protocol.TCP, Endpoint.parse("127.0.0.1:80"), 0);
        ListeningSocket listening =
                new ListeningSocket(state, address, true, address.endpoint().toSocketAddress());
        EmbeddedChannel channel = new EmbeddedChannel(new TcpAcceptor(state, listening));
        channel.freezeTime();

        for (int i = 0; i < 3; i++) {
            channel.pipeline()
                    .fireExceptionCaught(new IOException("accept(..) failed with error(-24): Too many open files"));
        }
        assertThat(channel.config().isAutoRead()).isFalse();
        channel.advanceTimeBy(TcpAcceptor.PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.config().isAutoRead()).isTrue();
        channel.checkException();
    }
}
