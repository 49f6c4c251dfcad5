package org.lvs4j.netty.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("slow")
@Timeout(60)
final class TunnelTest {
    private static final int CONNECT_MILLIS = 20_000;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelGroup open = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);

    @AfterEach
    void endLoops() throws InterruptedException {
        open.close().sync();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
    }

    private static void connect(Socket client) throws IOException {
        client.getOutputStream()
                .write("CONNECT orders.example:443 HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        InputStream in = client.getInputStream();
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            int next = in.read();
            assertThat(next).isNotNegative();
            head += (char) next;
        }
        assertThat(head).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void server_resets_clientIsResetToo() throws Exception {
        try (ServerSocket listening = listen();
                Tunnel tunnel =
                        new Tunnel(loops, open, (InetSocketAddress) listening.getLocalSocketAddress(), CONNECT_MILLIS);
                Socket client = new Socket(
                        tunnel.address().getAddress(), tunnel.address().getPort())) {
            connect(client);
            Socket server = listening.accept();
            server.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');
            server.setSoLinger(true, 0);
            server.close();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void server_ends_clientReadsEverythingAndTheEnd() throws Exception {
        try (ServerSocket listening = listen();
                Tunnel tunnel =
                        new Tunnel(loops, open, (InetSocketAddress) listening.getLocalSocketAddress(), CONNECT_MILLIS);
                Socket client = new Socket(
                        tunnel.address().getAddress(), tunnel.address().getPort())) {
            connect(client);
            try (Socket server = listening.accept()) {
                server.getOutputStream().write(new byte[500_000]);
            }
            assertThat(client.getInputStream().readAllBytes()).hasSize(500_000);
        }
    }

    @Test
    void loopsEnded_refused() throws Exception {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertThatThrownBy(() -> new Tunnel(loops, open, new InetSocketAddress("127.0.0.1", 1), CONNECT_MILLIS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the event loops have ended");
    }
}
