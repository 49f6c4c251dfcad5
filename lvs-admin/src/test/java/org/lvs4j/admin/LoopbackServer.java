package org.lvs4j.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.lvs4j.net.Endpoint;

/** A small server at a loopback address that sends back what it gets. It can be stopped and started at the same port. */
final class LoopbackServer implements AutoCloseable {
    private final InetSocketAddress address;
    private final String greeting;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket listener;

    /**
     * Starts it.
     *
     * @param host such as {@code 127.0.1.1}
     * @param port 0 for one that the system chooses
     * @param greeting what it sends first; empty for nothing
     */
    LoopbackServer(String host, int port, String greeting) throws IOException {
        this.greeting = greeting;
        ServerSocket first = new ServerSocket(port, 50, InetAddress.getByName(host));
        address = (InetSocketAddress) first.getLocalSocketAddress();
        serve(first);
    }

    private void serve(ServerSocket socket) {
        listener = socket;
        daemon(() -> accept(socket));
    }

    static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "loopback");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket socket = from.accept();
                sockets.add(socket);
                daemon(() -> answer(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            socket.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                socket.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException e) {
            // The client is gone.
        } finally {
            sockets.remove(socket);
        }
    }

    Endpoint endpoint() {
        return Endpoint.of(address);
    }

    String name() {
        return endpoint().toString();
    }

    /** Refuses connections from now on. */
    void stop() throws IOException {
        listener.close();
    }

    /** Listens again. */
    void start() throws IOException {
        ServerSocket next = new ServerSocket();
        next.setReuseAddress(true);
        next.bind(address);
        serve(next);
    }

    @Override
    public void close() {
        try {
            stop();
            for (Socket each : sockets) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
