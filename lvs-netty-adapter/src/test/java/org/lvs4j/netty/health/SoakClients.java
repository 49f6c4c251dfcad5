package org.lvs4j.netty.health;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.lvs4j.netty.Relay;
import org.lvs4j.service.ServiceKey;

/** Clients that ask services of the soak at random. Servers fail all the time, and so may a client. */
final class SoakClients {
    private static final int THREADS = 6;
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int PAUSE_MILLIS = 10;

    private final Relay relay;
    private final SoakPlan plan;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    final AtomicLong answered = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    final AtomicLong withoutService = new AtomicLong();

    SoakClients(Relay relay, SoakPlan plan) {
        this.relay = relay;
        this.plan = plan;
    }

    void start(SplittableRandom random) {
        over = false;
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom own = random.split();
            Thread thread = new Thread(() -> run(own), "soak-client");
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    /** Ends the clients, and waits for that. */
    void stop() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        threads.clear();
    }

    private void run(SplittableRandom random) {
        try {
            while (!over) {
                ask(random.nextInt(SoakPlan.SERVICES), random);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks a service once. Whether the answer is right. */
    boolean ask(int service, SplittableRandom random) {
        List<ServiceKey> keys = plan.keys(service);
        try {
            InetSocketAddress address = relay.address(keys.get(random.nextInt(keys.size())));
            boolean right = SoakPlan.ofDatagrams(service) ? datagram(address) : page(address);
            (right ? answered : failed).incrementAndGet();
            return right;
        } catch (NoSuchElementException e) {
            withoutService.incrementAndGet();
        } catch (IOException e) {
            failed.incrementAndGet();
        }
        return false;
    }

    private static boolean page(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(address, TIMEOUT_MILLIS);
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII).startsWith("HTTP/1.0 200 ");
        }
    }

    private static boolean datagram(InetSocketAddress address) throws IOException {
        byte[] question = {1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1};
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(address);
            socket.send(new DatagramPacket(question, question.length));
            DatagramPacket answer = new DatagramPacket(new byte[512], 512);
            socket.receive(answer);
            return answer.getLength() == question.length && answer.getData()[3] == (byte) 0x80;
        }
    }
}
