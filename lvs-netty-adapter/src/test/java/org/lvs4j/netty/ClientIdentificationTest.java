package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The first bytes of a client, which an engine has to see in one piece. */
final class ClientIdentificationTest {
    private static final Endpoint ADDRESS = Endpoint.parse("127.0.0.1:5060");

    private static final class Client extends EmbeddedChannel {
        Client(RelayState state, ListeningSocket listening) {
            super(false, false);
            pipeline().addLast(new ChannelInitializer<Client>() {
                @Override
                protected void initChannel(Client client) {
                    state.add(new EventLoopState(client.eventLoop(), state));
                    DescriptorClaim.make(state.descriptors, client);
                    TcpConnection.accept(state, listening, client);
                }
            });
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress("127.0.0.1", 40_000);
        }

        @Override
        protected SocketAddress localAddress0() {
            return ADDRESS.toSocketAddress();
        }
    }

    @Test
    void firstBytes_cannotBeAppended_clientIsResetAndNothingLeaks() throws Exception {
        ServiceKey key = ServiceKey.tcp("127.0.0.1:5060");
        Director director = Director.create();
        director.addService(
                VirtualService.builder(key)
                        .persistence(new Persistence(60, -1, "sip"))
                        .build(),
                RealServer.of("127.0.0.1:5061"));
        RelayState state = ListeningGroupTest.state(director, Transport.NIO);
        ListenAddress address = new ListenAddress(Protocol.TCP, ADDRESS, 0);
        Client client = new Client(state, new ListeningSocket(state, address, true, ADDRESS.toSocketAddress()));
        client.register();
        ByteBuf first = Unpooled.copiedBuffer("REGISTER sip:example.org SIP/2.0\r\n", StandardCharsets.US_ASCII);
        // There is no room for more.
        ByteBuf full = first.alloc()
                .heapBuffer(first.readableBytes(), first.readableBytes())
                .writeBytes(first);
        first.release();
        ByteBuf second = Unpooled.copiedBuffer("Call-ID: 1\r\n", StandardCharsets.US_ASCII);

        client.writeInbound(full);
        assertThat(client.isOpen()).isTrue();
        assertThat(full.refCnt()).isOne();
        client.writeInbound(second);

        assertThat(client.isOpen()).isFalse();
        assertThat(full.refCnt()).isZero();
        assertThat(second.refCnt()).isZero();
        assertThat(state.counters.openConnections).hasValue(0);
    }
}
