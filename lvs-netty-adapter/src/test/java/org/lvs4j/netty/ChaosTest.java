package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;

/**
 * Thousands of connections of which either side fails in every way there is, while servers come and go and the relay
 * is closed in the middle of it. At the end nothing may be counted, open or lost.
 */
@ExtendWith(LeakCheck.class)
final class ChaosTest {
    private static final int CONNECTIONS = 2000;
    private static final int CLIENT_THREADS = 24;
    private static final int LARGEST_BYTES = 60_000;

    private final long seed = Long.getLong("lvs4j.seed", System.nanoTime());

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_everySideFailsAtRandom_everythingIsReleased(Transport transport) throws Exception {
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

    private RelaySnapshot storm(Transport transport, Director director, int connections, boolean closeAmidst)
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
            if (closeAmidst) {
                Loopback.await("half of them", () -> next.get() > connections / 2);
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

    /** A client that does anything. */
    private static void converse(Relay relay, SplittableRandom random) {
        try (Socket socket = Loopback.connect(relay)) {
            socket.setSoTimeout(2_000);
            misbehave(socket, random);
        } catch (IOException | java.util.NoSuchElementException e) {
            // Reset, refused or closed: that is what this is about.
        }
    }

    /** One side of a conversation: some bytes out, some in, a pause, and an end of one kind or another. */
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
                    } catch (java.net.SocketTimeoutException e) {
                        // The other side has less to say.
                    }
                }
                case 2 -> java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(5_000_000));
                default -> socket.getOutputStream().write(1);
            }
        }
        switch (random.nextInt(10)) {
            case 0, 1 -> socket.setSoLinger(true, 0);
            case 2, 3, 4 -> {
                socket.shutdownOutput();
                socket.setSoTimeout(1_000);
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            case 5 -> {
                // Says nothing until it is cut off, or has no more patience.
                socket.setSoTimeout(300 + random.nextInt(800));
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            default -> {
                // Closes without a look at what is still to be read.
            }
        }
    }

    /** Takes servers away and brings them back. */
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
                // It was there already, or not.
            }
            java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
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
