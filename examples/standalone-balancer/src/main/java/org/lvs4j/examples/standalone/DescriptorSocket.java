package org.lvs4j.examples.standalone;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A Unix socket that passes open descriptors from one process to another (SCM_RIGHTS). The JDK has none. Every wait is
 * bounded. Netty's native library must have been loaded. Not thread-safe.
 */
final class DescriptorSocket implements AutoCloseable {
    private static final long LOOK_MILLIS = 1;

    private final Socket socket;
    private final long deadlineNanos;

    private DescriptorSocket(Socket socket, long deadlineNanos) {
        this.socket = socket;
        this.deadlineNanos = deadlineNanos;
    }

    /**
     * A socket that another process can connect to.
     *
     * @param path a path in a directory that is private to this user
     * @param limit the time for everything that is done with the socket and the ones that it accepts
     */
    static DescriptorSocket listen(Path path, Duration limit) throws IOException {
        Socket socket = Socket.newSocketDomain();
        try {
            socket.bind(new DomainSocketAddress(path.toFile()));
            socket.listen(1);
            return new DescriptorSocket(socket, System.nanoTime() + limit.toNanos());
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** A socket that is connected to a listening one. */
    static DescriptorSocket connect(Path path, Duration limit) throws IOException {
        Socket socket = Socket.newSocketDomain();
        try {
            if (!socket.connect(new DomainSocketAddress(path.toFile()))) {
                throw new IOException("cannot connect to " + path);
            }
            return new DescriptorSocket(socket, System.nanoTime() + limit.toNanos());
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Waits for the first client. */
    DescriptorSocket accept() throws IOException {
        byte[] address = new byte[256];
        int accepted = socket.accept(address);
        while (accepted < 0) {
            awaitOther();
            accepted = socket.accept(address);
        }
        return new DescriptorSocket(new Socket(accepted), deadlineNanos);
    }

    /** Passes a descriptor on, which stays open in this process. */
    void send(int descriptor) throws IOException {
        while (socket.sendFd(descriptor) < 0) {
            awaitOther();
        }
    }

    /** Waits for the next descriptor, which the caller then owns; -1 after the last one. */
    int receive() throws IOException {
        int descriptor = socket.recvFd();
        while (descriptor == 0) {
            awaitOther();
            descriptor = socket.recvFd();
        }
        return descriptor;
    }

    private void awaitOther() throws IOException {
        if (System.nanoTime() - deadlineNanos >= 0) {
            throw new InterruptedIOException("the other lvsd does not pass or take sockets");
        }
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
