package org.lvs4j.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.net.Protocol;

/** Urgent bytes keep their place in the stream, in both directions. */
@ExtendWith(LeakCheck.class)
final class UrgentDataTest {
    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void urgentBytes_bothWays_passedOnInTheirPlace(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start(socket -> {
            byte[] request = socket.getInputStream().readNBytes(6);
            socket.getOutputStream().write(request, 0, 3);
            socket.sendUrgentData(request[3]);
            socket.getOutputStream().write(request, 4, 2);
            socket.shutdownOutput();
            socket.getInputStream().read();
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .start();
                    Socket client = Loopback.connect(relay)) {
                if (transport == Transport.NIO) {
                    // Its listening socket lacks the option: the first urgent byte must not arrive earlier.
                    Loopback.await("accepted", () -> relay.snapshot().openConnections() == 1);
                }
                client.sendUrgentData('a');
                client.getOutputStream().write("bc".getBytes(US_ASCII));
                client.sendUrgentData('d');
                client.getOutputStream().write("ef".getBytes(US_ASCII));

                assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                        .isEqualTo("abcdef");
                client.shutdownOutput();
                Loopback.awaitReleased(relay, director);
            }
        }
    }
}
