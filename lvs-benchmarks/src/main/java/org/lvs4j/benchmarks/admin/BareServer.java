package org.lvs4j.benchmarks.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;

/**
 * Answers as many requests a second as an endpoint with its default limit, in the same bursts, from a process of its own
 * that does nothing else: the cost of so many answers without an endpoint. Prints its port.
 */
final class BareServer {
    private static final int BURSTS_PER_SECOND = 10;
    private static final int BURST = 2;
    private static final byte[] ANSWER =
            ("HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n" + " ".repeat(400)).getBytes(US_ASCII);

    private BareServer() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        ServerSocket listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        Semaphore turns = new Semaphore(0);
        System.out.println(listener.getLocalPort());
        Thread acceptor = new Thread(() -> {
            while (true) {
                try {
                    Socket socket = listener.accept();
                    socket.setTcpNoDelay(true);
                    Thread thread = new Thread(() -> serve(socket, turns));
                    thread.setDaemon(true);
                    thread.start();
                } catch (IOException e) {
                    return;
                }
            }
        });
        acceptor.setDaemon(true);
        acceptor.start();
        while (true) {
            Thread.sleep(1000 / BURSTS_PER_SECOND);
            turns.drainPermits();
            turns.release(BURST);
        }
    }

    private static void serve(Socket socket, Semaphore turns) {
        try (socket) {
            InputStream input = new BufferedInputStream(socket.getInputStream());
            OutputStream output = socket.getOutputStream();
            int last = 0;
            for (int next = input.read(); next >= 0; next = input.read()) {
                last = last << 8 | next;
                if (last == LoadedServer.END) {
                    turns.acquireUninterruptibly();
                    output.write(ANSWER);
                }
            }
        } catch (IOException e) {
            // The client has gone.
        }
    }
}
