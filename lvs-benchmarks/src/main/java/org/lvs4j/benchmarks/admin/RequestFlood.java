package org.lvs4j.benchmarks.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Offers an endpoint of HTTP requests at a fixed rate over several connections, and counts the answers. */
final class RequestFlood implements AutoCloseable {
    private static final int CONNECTIONS = 16;
    private static final int OUTSTANDING = 64;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final byte[] LINE = "HTTP/1.1 200 OK\r\n".getBytes(US_ASCII);

    private final LongAdder answers = new LongAdder();
    private final List<Socket> sockets = new ArrayList<>();
    private final List<Semaphore> outstanding = new ArrayList<>();
    private volatile boolean closed;

    RequestFlood(int port, String path, int perSecond) throws IOException {
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII);
        for (int i = 0; i < CONNECTIONS; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            sockets.add(socket);
            Semaphore room = new Semaphore(OUTSTANDING);
            outstanding.add(room);
            start(() -> read(socket, room));
        }
        start(() -> write(request, perSecond));
    }

    private interface Task {
        void run() throws IOException;
    }

    private void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                if (!closed) {
                    e.printStackTrace();
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** One thread for all connections: many that wake up for each tick would disturb what is measured. */
    private void write(byte[] request, int perSecond) throws IOException {
        long start = System.nanoTime();
        long sent = 0;
        while (!closed) {
            long due = (long) ((System.nanoTime() - start) / 1e9 * perSecond);
            // What the endpoint keeps waiting is not made up for.
            for (long left = Math.min(due - sent, (long) CONNECTIONS * OUTSTANDING); left > 0; left--) {
                int index = (int) ((due - left) % CONNECTIONS);
                if (outstanding.get(index).tryAcquire()) {
                    sockets.get(index).getOutputStream().write(request);
                }
            }
            sent = due;
            LockSupport.parkNanos(TICK_NANOS);
        }
    }

    private void read(Socket socket, Semaphore room) throws IOException {
        InputStream input = socket.getInputStream();
        byte[] bytes = new byte[65_536];
        int matched = 0;
        for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
            for (int i = 0; i < count; i++) {
                matched = bytes[i] == LINE[matched] ? matched + 1 : bytes[i] == LINE[0] ? 1 : 0;
                if (matched == LINE.length) {
                    matched = 0;
                    answers.increment();
                    room.release();
                }
            }
        }
        if (!closed) {
            throw new IOException("the endpoint has ended a connection");
        }
    }

    /** Answers with status 200 so far. */
    long answers() {
        return answers.sum();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (Socket each : sockets) {
            each.close();
        }
    }
}
