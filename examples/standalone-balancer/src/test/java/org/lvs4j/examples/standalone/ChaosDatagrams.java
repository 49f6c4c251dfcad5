package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * UDP clients of the chaos test, and a server that sends each datagram back. Datagrams may be lost, but none may be
 * changed or reach another client.
 */
final class ChaosDatagrams implements AutoCloseable {
    private static final int LARGEST_BYTES = 4000;
    private static final int HEADER_BYTES = 2 * Long.BYTES;
    private static final int PER_SOCKET = 50;
    private static final int SILENCE_MILLIS = 1000;

    private final long seed;
    private final ExecutorService threads;
    private final DatagramSocket server;
    private final AtomicLong sockets = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicInteger running = new AtomicInteger();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private volatile @Nullable InetSocketAddress service;
    private volatile boolean over;

    ChaosDatagrams(long seed, ExecutorService threads) throws IOException {
        this.seed = seed;
        this.threads = threads;
        server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        threads.execute(this::serve);
    }

    int serverPort() {
        return server.getLocalPort();
    }

    /** Sets the address that clients send to. */
    void sendTo(InetSocketAddress address) {
        service = address;
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[LARGEST_BYTES], LARGEST_BYTES);
        while (!server.isClosed()) {
            try {
                packet.setLength(LARGEST_BYTES);
                server.receive(packet);
                server.send(packet);
            } catch (IOException e) {
                // The socket of a flow has been closed, or that of this server.
            }
        }
    }

    void start(int clients) {
        over = false;
        for (int i = 0; i < clients; i++) {
            running.incrementAndGet();
            threads.execute(() -> {
                try {
                    while (!over) {
                        converse(PER_SOCKET);
                    }
                } finally {
                    running.decrementAndGet();
                }
            });
        }
    }

    /** Sends datagrams from a new socket, and returns how many have been answered. */
    int converse(int count) {
        long id = sockets.incrementAndGet();
        SplittableRandom random = new SplittableRandom(seed * 37 + id);
        int heard = 0;
        try (DatagramSocket client = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            client.connect(Objects.requireNonNull(service));
            client.setSoTimeout(SILENCE_MILLIS);
            for (int i = 0; i < count && !over; i++) {
                byte[] payload = payload(id, i, random.nextInt(LARGEST_BYTES - HEADER_BYTES));
                sent.incrementAndGet();
                if (isAnswered(client, payload, id, i)) {
                    answered.incrementAndGet();
                    heard++;
                }
            }
        } catch (IOException e) {
            violations.add("UDP client " + id + ": " + e);
        }
        return heard;
    }

    private static byte[] payload(long id, long number, int length) {
        byte[] payload = new byte[HEADER_BYTES + length];
        new SplittableRandom(id * 41 + number).nextBytes(payload);
        ByteBuffer.wrap(payload).putLong(id).putLong(number);
        return payload;
    }

    private boolean isAnswered(DatagramSocket client, byte[] payload, long id, long number) throws IOException {
        try {
            client.send(new DatagramPacket(payload, payload.length));
            DatagramPacket answer = new DatagramPacket(new byte[LARGEST_BYTES], LARGEST_BYTES);
            while (true) {
                answer.setLength(LARGEST_BYTES);
                client.receive(answer);
                if (answer.getLength() < HEADER_BYTES) {
                    violations.add("UDP client " + id + " got " + answer.getLength() + " bytes");
                    return false;
                }
                ByteBuffer header = ByteBuffer.wrap(answer.getData());
                long of = header.getLong();
                long which = header.getLong();
                byte[] expected = payload(of, which, answer.getLength() - HEADER_BYTES);
                if (of != id
                        || which > number
                        || !ByteBuffer.wrap(expected).equals(ByteBuffer.wrap(answer.getData(), 0, expected.length))) {
                    violations.add("UDP client " + id + " got datagram " + which + " of client " + of);
                    return false;
                }
                if (which == number) {
                    return answer.getLength() == payload.length;
                }
            }
        } catch (SocketTimeoutException | PortUnreachableException e) {
            return false;
        }
    }

    void stop() {
        over = true;
    }

    /** Lets {@link #converse} send again after {@link #stop}. */
    void resume() {
        over = false;
    }

    boolean ended() {
        return running.get() == 0;
    }

    Queue<String> violations() {
        return violations;
    }

    String summary() {
        return sent.get() + " datagrams, " + answered.get() + " answered";
    }

    @Override
    public void close() {
        server.close();
    }
}
