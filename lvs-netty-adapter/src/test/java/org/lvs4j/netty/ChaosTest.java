package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;

/**
 * Thousands of connections whose sides fail at random in many ways, while servers are added and removed; then the same
 * again with the relay closed halfway. At the end no connection may be counted or open, and no buffer leaked.
 */
@ExtendWith(LeakCheck.class)
@Tag("slow")
final class ChaosTest {
    private static final int CONNECTIONS = 2000;
    private static final int CLIENT_THREADS = 24;
    private static final int LARGEST_BYTES = 60_000;

    private final long seed = Long.getLong("lvs4j.seed", System.nanoTime());

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_bothSidesFailAtRandom_everythingReleased(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer unruly = TestServer.start(socket -> misbehave(socket, random(socket.getPort())));
                TestServer another = TestServer.start(socket -> misbehave(socket, random(socket.getPort())));
                SilentServer silent = new SilentServer()) {
            Director director =
                    Loopback.director(unruly.address(), Loopback.closedPort(), silent.address(), another.address());
            RelaySnapshot first = storm(transport, director, CONNECTIONS, false);
            assertThat(first.accepted()).as("seed %d", seed).isEqualTo(CONNECTIONS);
            assertThat(first.connectFailures()).as("seed %d", seed).isPositive();
            assertThat(first.retries()).as("seed %d", seed).isPositive();
            assertThat(first.aborted()).as("seed %d", seed).isPositive();
            storm(transport, director, CONNECTIONS / 3, true);
        }
    }

    private RelaySnapshot storm(Transport transport, Director director, int connections, boolean closeHalfway)
            throws Exception {
        Relay relay = Loopback.relay(director, Protocol.TCP)
                .transport(transport)
                .acceptors(2)
                .bufferBytes(8 * 1024)
                .connectTimeout(Duration.ofMillis(100))
                .idleTimeout(Duration.ofMillis(700))
                .start();
        AtomicInteger next = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(CLIENT_THREADS);
        ExecutorService clients = Executors.newCachedThreadPool();
        try (relay) {
            for (int i = 0; i < CLIENT_THREADS; i++) {
                clients.execute(() -> {
                    for (int n = next.getAndIncrement(); n < connections; n = next.getAndIncrement()) {
                        converse(relay, random(n));
                    }
                    done.countDown();
                });
            }
            clients.execute(() -> reconfigure(director, random(-1), over));
            if (closeHalfway) {
                Loopback.await("half of the clients have started", () -> next.get() > connections / 2);
                relay.close();
            }
            assertThat(done.await(40, TimeUnit.SECONDS))
                    .as("clients end, seed %d", seed)
                    .isTrue();
            Loopback.await(
                    "no open connection, seed " + seed, () -> relay.snapshot().openConnections() == 0);
            Loopback.await("no open socket, seed " + seed, () -> relay.openSockets() == 0);
            return relay.snapshot();
        } finally {
            over.set(true);
            clients.shutdown();
            assertThat(clients.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            Loopback.assertNothingCounted(director);
        }
    }

    private SplittableRandom random(int of) {
        return new SplittableRandom(seed + 31L * of);
    }

    /** One client. */
    private static void converse(Relay relay, SplittableRandom random) {
        try (Socket socket = Loopback.connect(relay)) {
            socket.setSoTimeout(2_000);
            misbehave(socket, random);
        } catch (IOException | NoSuchElementException e) {
            // Reset, refused or closed, as intended.
        }
    }

    /** One side of a connection: sends, receives, pauses, and ends in one of several ways. */
    private static void misbehave(Socket socket, SplittableRandom random) throws IOException {
        InputStream in = socket.getInputStream();
        int rounds = random.nextInt(3);
        for (int i = 0; i < rounds; i++) {
            switch (random.nextInt(4)) {
                case 0 -> socket.getOutputStream().write(new byte[random.nextInt(LARGEST_BYTES)]);
                case 1 -> {
                    socket.setSoTimeout(1 + random.nextInt(30));
                    try {
                        in.readNBytes(random.nextInt(LARGEST_BYTES));
                    } catch (SocketTimeoutException e) {
                        // The other side has sent less.
                    }
                }
                case 2 -> LockSupport.parkNanos(random.nextInt(5_000_000));
                default -> socket.getOutputStream().write(1);
            }
        }
        switch (random.nextInt(10)) {
            case 0, 1 -> socket.setSoLinger(true, 0);
            case 2, 3, 4 -> {
                socket.shutdownOutput();
                socket.setSoTimeout(1_000);
                in.transferTo(OutputStream.nullOutputStream());
            }
            case 5 -> {
                // Sends nothing until the connection is cut off, or until its own timeout.
                socket.setSoTimeout(300 + random.nextInt(800));
                in.transferTo(OutputStream.nullOutputStream());
            }
            default -> {
                // Closes without reading what has arrived.
            }
        }
    }

    /** Removes servers and adds them again. */
    private static void reconfigure(Director director, SplittableRandom random, AtomicBoolean over) {
        List<RealServer> all = new ArrayList<>();
        director.services().get(0).servers().forEach(server -> all.add(server.server()));
        while (!over.get()) {
            RealServer server = all.get(random.nextInt(all.size()));
            Endpoint endpoint = server.endpoint();
            try {
                switch (random.nextInt(3)) {
                    case 0 -> director.removeServer(Loopback.SERVICE, endpoint);
                    case 1 -> director.editServer(Loopback.SERVICE, server.withWeight(random.nextInt(2)));
                    default -> director.addServer(Loopback.SERVICE, server);
                }
            } catch (DirectorException e) {
                // The server exists already, or does not exist.
            }
            LockSupport.parkNanos(2_000_000);
        }
        for (RealServer server : all) {
            try {
                director.addServer(Loopback.SERVICE, server);
            } catch (DirectorException e) {
                director.editServer(Loopback.SERVICE, server);
            }
        }
    }
}
