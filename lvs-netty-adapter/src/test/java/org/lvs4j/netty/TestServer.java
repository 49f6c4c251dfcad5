package org.lvs4j.netty;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP server on a free port, with a thread for each connection. */
final class TestServer implements AutoCloseable {
    /** The server's part in a connection, which is closed afterwards. */
    @FunctionalInterface
    interface Conversation {
        void talk(Socket socket) throws Exception;
    }

    private final ServerSocket listening;
    private final Conversation conversation;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    final AtomicInteger accepted = new AtomicInteger();

    private TestServer(String host, Conversation conversation) throws IOException {
        this.conversation = conversation;
        listening = new ServerSocket(FreePort.next(), 1000, InetAddress.getByName(host));
        start(this::accept);
    }

    /** A server that sends everything back, and ends its stream after the client has. */
    static TestServer start() throws IOException {
        return startAt("127.0.0.1");
    }

    static TestServer startAt(String host) throws IOException {
        return new TestServer(host, socket -> {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            in.transferTo(out);
            socket.shutdownOutput();
        });
    }

    static TestServer start(Conversation conversation) throws IOException {
        return new TestServer("127.0.0.1", conversation);
    }

    /** Such as {@code 127.0.0.1:40000}. */
    String address() {
        return listening.getInetAddress().getHostAddress() + ":" + listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                accepted.incrementAndGet();
                open.add(socket);
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            // The test is over and has closed the socket.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            conversation.talk(socket);
        } catch (Exception e) {
            // Tests cut connections off; what the server sees of that is up to each test.
        } finally {
            open.remove(socket);
        }
    }

    static void start(Runnable task) {
        Thread thread = new Thread(task, "test-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
