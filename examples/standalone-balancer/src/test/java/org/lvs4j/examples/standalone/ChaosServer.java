package org.lvs4j.examples.standalone;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A server of the chaos test, which can be killed with its connections and started again at the same port. */
final class ChaosServer implements AutoCloseable {
    private static final int PART_BYTES = 8192;
    private static final int BACKLOG = 1024;
    private static final int SILENCE_MILLIS = 60_000;

    private final long seed;
    private final ExecutorService threads;
    private final Map<Long, Seen> seen;
    private final int port;
    private final Map<Socket, Seen> open = new ConcurrentHashMap<>();
    private ServerSocket listening;
    private Future<?> accepting;

    /** What the servers know about a connection. */
    static final class Seen {
        private volatile boolean cut;
        private volatile boolean complete;
        private volatile boolean corrupt;
        private volatile @Nullable String failure;
        private volatile int received;

        /** Whether the server has cut the connection, as planned or because it was killed. */
        boolean cut() {
            return cut;
        }

        /** Whether bytes have arrived that the client has not sent. */
        boolean corrupt() {
            return corrupt;
        }

        /** Whether all bytes of the client have arrived, followed by its end. */
        boolean complete() {
            return complete;
        }

        @Override
        public String toString() {
            return "server: received " + received + ", cut " + cut + ", complete " + complete + ", failure " + failure;
        }
    }

    /**
     * Starts a server.
     *
     * @param seen where all servers put the connections that reach them, by number
     */
    ChaosServer(long seed, ExecutorService threads, Map<Long, Seen> seen) throws IOException {
        this.seed = seed;
        this.threads = threads;
        this.seen = seen;
        port = FreePort.next();
        ServerSocket socket = listen();
        listening = socket;
        accepting = threads.submit(() -> accept(socket));
    }

    private ServerSocket listen() throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        return socket;
    }

    int port() {
        return port;
    }

    /**
     * Closes the listening socket and resets every connection, as the kernel does for a killed process. No connection is
     * opened any more when this returns: the system closes the socket only when no thread waits for a client.
     */
    synchronized void kill() throws IOException, InterruptedException {
        listening.close();
        try {
            accepting.get();
        } catch (ExecutionException e) {
            throw new IOException("accepting failed", e);
        }
        open.forEach((socket, connection) -> {
            connection.cut = true;
            reset(socket);
        });
    }

    synchronized void restart() throws IOException {
        ServerSocket socket = listen();
        listening = socket;
        accepting = threads.submit(() -> accept(socket));
    }

    @Override
    public synchronized void close() throws IOException {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }

    private void accept(ServerSocket from) {
        while (true) {
            try {
                Socket socket = from.accept();
                Seen connection = new Seen();
                open.put(socket, connection);
                threads.execute(() -> serve(socket, connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket, Seen connection) {
        try (socket) {
            socket.setSoTimeout(SILENCE_MILLIS);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            long id = in.readLong();
            ChaosTraffic traffic = ChaosTraffic.of(seed, id);
            seen.put(id, connection);
            if (traffic.kind() == ChaosTraffic.Kind.SERVER_RESETS_AT_START) {
                connection.cut = true;
                reset(socket);
                return;
            }
            Future<?> sender = threads.submit(() -> {
                send(socket, traffic, connection);
                return null;
            });
            receive(in, traffic, connection);
            sender.get();
        } catch (IOException e) {
            connection.failure = e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            connection.failure = String.valueOf(e.getCause());
        } finally {
            open.remove(socket);
        }
    }

    private static void receive(InputStream in, ChaosTraffic traffic, Seen connection) throws IOException {
        byte[] part = new byte[PART_BYTES];
        int read;
        while ((read = in.read(part)) >= 0) {
            if (!traffic.matches(true, connection.received, part, read)) {
                connection.corrupt = true;
                throw new ViolationException("bytes to the server from " + connection.received + " on");
            }
            connection.received += read;
        }
        connection.complete = connection.received == traffic.upBytes();
    }

    private static void send(Socket socket, ChaosTraffic traffic, Seen connection) throws IOException {
        byte[] part = new byte[PART_BYTES];
        int end = traffic.kind() == ChaosTraffic.Kind.SERVER_RESETS_WHILE_SENDING
                ? traffic.downBytes() / 2
                : traffic.downBytes();
        for (int sent = 0; sent < end; ) {
            int length = Math.min(part.length, end - sent);
            traffic.fill(false, sent, part, length);
            socket.getOutputStream().write(part, 0, length);
            sent += length;
        }
        if (end < traffic.downBytes()) {
            connection.cut = true;
            reset(socket);
        } else {
            socket.shutdownOutput();
        }
    }

    /** Something that must not happen, whatever the faults. */
    static final class ViolationException extends IOException {
        private static final long serialVersionUID = 1;

        ViolationException(String message) {
            super(message);
        }
    }
}
