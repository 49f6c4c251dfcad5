package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.net.Protocol;

/** If a side stops reading, the relay stops reading from the other one, and no byte is lost. */
@ExtendWith(LeakCheck.class)
@Tag("slow")
final class BackPressureTest {
    private static final int CONNECTIONS = 6;
    private static final int BUFFER_BYTES = 32 * 1024;
    /** The buffer, one read of at most half of it, and what Netty counts for each of the queued buffers. */
    private static final long MOST_QUEUED_BYTES = BUFFER_BYTES + BUFFER_BYTES / 2 + 4096;
    /** More than the system's own buffers take. */
    private static final long BODY_BYTES = 24 << 20;

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_clientStopsReading_memoryIsBounded(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        AtomicLong written = new AtomicLong();
        CountDownLatch allDone = new CountDownLatch(CONNECTIONS);
        try (TestServer server = TestServer.start(socket -> {
            write(socket, written);
            allDone.await(20, TimeUnit.SECONDS);
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                    .transport(transport)
                    .bufferBytes(BUFFER_BYTES)
                    .start()) {
                List<Socket> clients = new ArrayList<>();
                for (int i = 0; i < CONNECTIONS; i++) {
                    clients.add(Loopback.connect(relay));
                }
                assertWritersBlocked(relay, written);

                for (Socket client : clients) {
                    assertThat(count(client.getInputStream(), BODY_BYTES)).isEqualTo(BODY_BYTES);
                    client.close();
                    allDone.countDown();
                }
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_serverStopsReading_memoryIsBounded(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        AtomicLong written = new AtomicLong();
        AtomicLong received = new AtomicLong();
        CountDownLatch mayRead = new CountDownLatch(1);
        try (TestServer server = TestServer.start(socket -> {
            mayRead.await(20, TimeUnit.SECONDS);
            received.addAndGet(count(socket.getInputStream(), BODY_BYTES));
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                    .transport(transport)
                    .bufferBytes(BUFFER_BYTES)
                    .start()) {
                List<CompletableFuture<Void>> sending = new ArrayList<>();
                List<Socket> clients = new ArrayList<>();
                for (int i = 0; i < CONNECTIONS; i++) {
                    Socket client = Loopback.connect(relay);
                    clients.add(client);
                    CompletableFuture<Void> sender = new CompletableFuture<>();
                    sending.add(sender);
                    TestServer.start(() -> {
                        write(client, written);
                        sender.complete(null);
                    });
                }
                assertWritersBlocked(relay, written);

                mayRead.countDown();
                for (CompletableFuture<Void> sender : sending) {
                    sender.get(20, TimeUnit.SECONDS);
                }
                Loopback.await("everything received", () -> received.get() == CONNECTIONS * BODY_BYTES);
                for (Socket client : clients) {
                    client.close();
                }
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    /**
     * Waits until every queue is at least half full and no writer has progressed for 250 ms; no queue may
     * exceed its limit.
     */
    private static void assertWritersBlocked(Relay relay, AtomicLong written) {
        long[] last = {0, System.nanoTime()};
        Loopback.await("no progress of the writers", () -> {
            long queued = relay.queuedBytes();
            assertThat(queued).as("bytes queued in the relay").isLessThanOrEqualTo(CONNECTIONS * MOST_QUEUED_BYTES);
            long now = System.nanoTime();
            if (written.get() != last[0] || queued < CONNECTIONS * BUFFER_BYTES / 2) {
                last[0] = written.get();
                last[1] = now;
            }
            return now - last[1] > TimeUnit.MILLISECONDS.toNanos(250);
        });
        assertThat(written.get()).as("bytes written while the readers wait").isLessThan(CONNECTIONS * BODY_BYTES);
    }

    private static void write(Socket socket, AtomicLong written) {
        try {
            OutputStream out = socket.getOutputStream();
            byte[] block = new byte[16 * 1024];
            for (long left = BODY_BYTES; left > 0; left -= block.length) {
                out.write(block);
                written.addAndGet(block.length);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long count(InputStream in, long most) throws IOException {
        byte[] block = new byte[1 << 16];
        long bytes = 0;
        while (bytes < most) {
            int read = in.read(block);
            if (read < 0) {
                break;
            }
            bytes += read;
        }
        return bytes;
    }
}
