package org.lvs4j.examples.standalone;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.lvs4j.netty.Transport;

/**
 * A Unix socket that sends datagrams to the socket of a service manager, which may have an abstract name. The JDK has
 * none; this is that of Netty's native transport. Every wait is bounded. Not thread-safe.
 */
final class NotifySocket implements AutoCloseable {
    /** How long a receiver whose queue is full is waited for. */
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long LOOK_MILLIS = 5;

    private final Socket socket;

    private NotifySocket(Socket socket) {
        this.socket = socket;
    }

    /**
     * A socket that is connected to another one.
     *
     * @param name a path, or an abstract name after {@code @}, as in {@code NOTIFY_SOCKET}
     */
    static NotifySocket connect(String name) throws IOException {
        if (!name.startsWith("/") && !name.startsWith("@")) {
            throw new IOException("neither a path nor an abstract name after @");
        }
        // Loads the native library, whatever the transport of the relay is.
        if (!Transport.EPOLL.available()) {
            throw new IOException("there is no native library of Netty for this system, and Java has no such sockets");
        }
        Socket socket = Socket.newSocketDomainDgram();
        try {
            // The kernel tells an abstract name by a first byte of zero.
            String address = name.startsWith("@") ? "\0" + name.substring(1) : name;
            if (!socket.connect(new DomainSocketAddress(address))) {
                throw new IOException("cannot connect");
            }
            return new NotifySocket(socket);
        } catch (FileNotFoundException e) {
            socket.close();
            throw new IOException("there is no such socket", e);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends a datagram. */
    void send(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocateDirect(bytes.length).put(bytes);
        long startNanos = System.nanoTime();
        // The socket does not block; nothing is written while the receiver's queue is full.
        while (socket.write(message, 0, bytes.length) <= 0) {
            if (System.nanoTime() - startNanos >= LIMIT_NANOS) {
                throw new IOException("the receiver takes no messages");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
