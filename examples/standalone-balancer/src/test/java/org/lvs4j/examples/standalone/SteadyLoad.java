package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that use services all the time, each on a thread of its own. Every failure is kept. A pause after each use
 * leaves a small machine processor time for the daemons.
 */
final class SteadyLoad implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int PAUSE_MILLIS = 2;

    /** The longest time that an answer of the control socket may take. The machine may be busy with other tests. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    final AtomicLong connections = new AtomicLong();
    final AtomicLong datagrams = new AtomicLong();
    final AtomicLong listings = new AtomicLong();

    private interface Step {
        void run() throws IOException;
    }

    private void repeat(String what, Step step) {
        Thread thread = new Thread(() -> {
            try {
                while (!over) {
                    step.run();
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
                failures.add(what + ": " + e);
            }
        });
        threads.add(thread);
        thread.start();
    }

    /** Opens connections, one after another. */
    void connect(int port) {
        repeat("TCP", () -> {
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
                socket.getOutputStream().write(7);
                assertThat(socket.getInputStream().read()).isEqualTo(7);
                connections.incrementAndGet();
            }
        });
    }

    /** Sends datagrams and waits for each answer, which must come from the address asked. */
    void ask(String host, int port) throws IOException {
        DatagramSocket socket = new DatagramSocket();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(host, port));
        repeat("UDP " + host, () -> {
            socket.send(new DatagramPacket(new byte[] {7}, 1));
            socket.receive(new DatagramPacket(new byte[16], 16));
            datagrams.incrementAndGet();
        });
    }

    /** Lists the services at a control socket. */
    void list(Path control) {
        repeat("lvsadm", () -> {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            ByteArrayOutputStream error = new ByteArrayOutputStream();
            long start = System.nanoTime();
            int exitCode =
                    ControlClient.run(control, new String[] {"-L", "-n"}, InputStream.nullInputStream(), output, error);
            assertThat(System.nanoTime() - start).isLessThan(ANSWER_NANOS);
            assertThat(exitCode).as(error.toString(StandardCharsets.UTF_8)).isZero();
            assertThat(output.toString(StandardCharsets.UTF_8)).contains("->");
            listings.incrementAndGet();
        });
    }

    /** Waits until every kind of client has been served so many times more. */
    void awaitServed(int times) throws InterruptedException {
        await(times, List.of(connections, datagrams, listings));
    }

    /** Waits until so many more connections have been served. */
    void awaitConnections(int times) throws InterruptedException {
        await(times, List.of(connections));
    }

    private void await(int times, List<AtomicLong> counts) throws InterruptedException {
        for (AtomicLong count : counts) {
            long enough = count.get() + times;
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2 * TIMEOUT_MILLIS);
            while (count.get() < enough && failures.isEmpty() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(failures).isEmpty();
            assertThat(count.get()).isGreaterThanOrEqualTo(enough);
        }
    }

    /** Ends the clients, and fails if one has failed. */
    void end() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    @Override
    public void close() {
        over = true;
    }
}
