package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Services come and go at overlapping addresses while clients ask; at the end each service that is left is served. */
@Tag("slow")
@ExtendWith(LeakCheck.class)
final class ListeningStressTest {
    private static final int CHANGES = 400;

    private final Director director = Director.create();

    private void change(SplittableRandom random, List<ServiceKey> keys, AnswerServer server) {
        ServiceKey.Address key = (ServiceKey.Address) keys.get(random.nextInt(keys.size()));
        if (director.service(key) != null) {
            director.removeService(key);
        } else {
            boolean tcp = key.protocol() == Protocol.TCP;
            director.addService(VirtualService.of(key), RealServer.of(tcp ? server.tcp() : server.udp()));
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void changes_atOverlappingAddresses_relayFollowsAll(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        int port = freePort();
        List<ServiceKey> keys = new ArrayList<>();
        for (String host : List.of("0.0.0.0:", "127.0.0.1:", "127.0.0.2:")) {
            keys.add(ServiceKey.tcp(host + port));
            keys.add(ServiceKey.udp(host + port));
        }
        AtomicBoolean done = new AtomicBoolean();
        try (AnswerServer server = new AnswerServer("127.0.0.1", 1);
                Relay relay = Relay.builder(director)
                        .threads(2)
                        .acceptors(2)
                        .transport(transport)
                        .start()) {
            CompletableFuture<Void> clients = CompletableFuture.runAsync(() -> {
                while (!done.get()) {
                    ask(port);
                }
            });
            for (int i = 0; i < CHANGES; i++) {
                change(random, keys, server);
                if (random.nextInt(10) == 0) {
                    relay.refresh();
                }
            }
            done.set(true);
            clients.join();
            relay.refresh();

            for (ServiceKey key : keys) {
                ServiceKey.Address address = (ServiceKey.Address) key;
                if (director.service(key) == null) {
                    continue;
                }
                assertThat(relay.address(key).getPort())
                        .as("seed %d: %s", seed, key)
                        .isEqualTo(port);
                String host = address.endpoint().address().isUnspecified()
                        ? "127.0.0.1"
                        : address.endpoint().address().toString();
                int answer = address.protocol() == Protocol.TCP
                        ? AnswerServer.ask(host, port)
                        : AnswerServer.askByUdp(host, port);
                assertThat(answer).as("seed %d: %s", seed, key).isEqualTo(1);
            }
            director.clear();
            relay.refresh();
            assertThat(relay.problems()).as("seed %d", seed).isEmpty();
        }
        // Nothing is left behind.
        new DatagramSocket(port).close();
    }

    /** A port that is free at every address. */
    private static int freePort() throws IOException {
        while (true) {
            int port = FreePort.next();
            try (ServerSocket tcp = new ServerSocket(port);
                    DatagramSocket udp = new DatagramSocket(port)) {
                return udp.getLocalPort() == tcp.getLocalPort() ? port : 0;
            } catch (IOException e) {
                // Not free: try another one.
            }
        }
    }

    private static void ask(int port) {
        for (int i = 1; i <= 2; i++) {
            try (DatagramSocket udp = new DatagramSocket();
                    Socket tcp = new Socket("127.0.0." + i, port)) {
                udp.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName("127.0.0." + i), port));
                tcp.setSoTimeout(100);
                assertThat(tcp.getInputStream().read()).isIn(1, -1);
            } catch (IOException e) {
                // The service is not there now.
            }
        }
    }
}
