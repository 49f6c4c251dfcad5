package org.lvs4j.netty.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.lvs4j.netty.FreePort;
import org.lvs4j.service.RealServer;

/** A TCP server on a free port that sends every byte back, and can be killed. */
final class EchoServer implements AutoCloseable {
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger answered = new AtomicInteger();
    private final ServerSocket listening = new ServerSocket(FreePort.next(), 1000, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    EchoServer() throws IOException {
        start(this::accept);
    }

    /** An endpoint at which nothing listens. */
    static RealServer closed() throws IOException {
        try (EchoServer server = new EchoServer()) {
            return server.realServer();
        }
    }

    int port() {
        return listening.getLocalPort();
    }

    RealServer realServer() {
        return RealServer.of("127.0.0.1:" + port());
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                open.add(socket);
                accepted.incrementAndGet();
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            // The test is over, or the server is killed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            for (int each = in.read(); each >= 0; each = in.read()) {
                answered.incrementAndGet();
                socket.getOutputStream().write(each);
            }
        } catch (IOException e) {
            // Cut off by the test.
        } finally {
            open.remove(socket);
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "echo-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends all connections in order. */
    void endConnections() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** Stops listening and resets everything, as the end of a process does. */
    void kill() throws IOException {
        listening.close();
        reset();
    }

    /** Resets all connections. */
    void reset() throws IOException {
        for (Socket socket : open) {
            try {
                socket.setSoLinger(true, 0);
            } catch (SocketException e) {
                // Its client has just closed it.
            }
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        kill();
    }
}
