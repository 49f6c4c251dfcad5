package org.lvs4j.benchmarks.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Clients that send a message at a fixed rate and wait for its echo. A time counts from the moment at which it was due. */
final class PacedClients {
    private static final int CLIENTS = 8;
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final int MESSAGE_BYTES = 64;

    private PacedClients() {}

    /** Runs them for some seconds; returns all times in nanoseconds, in ascending order. */
    static long[] run(String address, int seconds) throws IOException, InterruptedException {
        int count = (int) (TimeUnit.SECONDS.toNanos(seconds) / INTERVAL_NANOS);
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        List<Future<long[]>> running = new ArrayList<>();
        try {
            long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
            for (int i = 0; i < CLIENTS; i++) {
                long first = start + i * INTERVAL_NANOS / CLIENTS;
                running.add(threads.submit(() -> client(address, first, count)));
            }
            long[] all = new long[CLIENTS * count];
            for (int i = 0; i < CLIENTS; i++) {
                System.arraycopy(running.get(i).get(), 0, all, i * count, count);
            }
            Arrays.sort(all);
            return all;
        } catch (ExecutionException e) {
            throw new IOException("a client of the relay has failed", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static long[] client(String address, long first, int count) throws IOException {
        int colon = address.lastIndexOf(':');
        long[] nanos = new long[count];
        byte[] message = new byte[MESSAGE_BYTES];
        try (Socket socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))) {
            socket.setTcpNoDelay(true);
            InputStream input = socket.getInputStream();
            OutputStream output = socket.getOutputStream();
            for (int i = 0; i < count; i++) {
                long due = first + i * INTERVAL_NANOS;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                output.write(message);
                if (input.readNBytes(message, 0, message.length) < message.length) {
                    throw new IOException("the relay has ended a connection");
                }
                nanos[i] = System.nanoTime() - due;
            }
        }
        return nanos;
    }
}
