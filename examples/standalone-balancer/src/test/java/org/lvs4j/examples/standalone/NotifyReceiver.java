package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.lvs4j.netty.Transport;

/**
 * A socket for {@code NOTIFY_SOCKET}, as a service manager has one. A thread reads it all the time, as a service manager
 * does: the kernel keeps ten datagrams only, and a daemon waits for room no longer than some seconds.
 */
final class NotifyReceiver implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Socket socket;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);
    private final List<String> messages = new ArrayList<>();
    private final Thread reader = new Thread(this::readAlways, "notify-receiver");
    private boolean closed;

    /**
     * Opens the socket, or skips the test.
     *
     * @param name a path, or an abstract name after {@code @}
     */
    NotifyReceiver(String name) throws IOException {
        Assumptions.assumeTrue(Transport.EPOLL.available(), "SKIPPED: epoll is not available here");
        this.name = name;
        socket = Socket.newSocketDomainDgram();
        socket.bind(new DomainSocketAddress(name.replaceFirst("^@", "\0")));
        reader.setDaemon(true);
        reader.start();
    }

    private void readAlways() {
        try {
            while (true) {
                messages();
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (IOException | InterruptedException e) {
            // It is closed, or the test learns of the failure when it asks for messages.
            return;
        }
    }

    /** The value of the variable. */
    String name() {
        return name;
    }

    /** All messages so far, in order. */
    synchronized List<String> messages() throws IOException {
        if (closed) {
            return List.copyOf(messages);
        }
        buffer.clear();
        for (int length = socket.read(buffer, 0, buffer.capacity());
                length > 0;
                length = socket.read(buffer, 0, buffer.capacity())) {
            byte[] bytes = new byte[length];
            buffer.get(0, bytes);
            messages.add(new String(bytes, StandardCharsets.UTF_8));
        }
        return List.copyOf(messages);
    }

    /** Forgets the messages so far. */
    synchronized void clear() throws IOException {
        messages();
        messages.clear();
    }

    long count(String message) throws IOException {
        return messages().stream().filter(message::equals).count();
    }

    /** Waits for a message and returns it. */
    String await(String what, Predicate<String> condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            List<String> all = messages();
            for (String each : all) {
                if (condition.test(each)) {
                    return each;
                }
            }
            assertThat(System.nanoTime() < deadline)
                    .as("waiting for %s; messages so far: %s", what, all)
                    .isTrue();
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    String awaitStart(String start) throws IOException, InterruptedException {
        return await(start, message -> message.startsWith(start));
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        reader.interrupt();
        socket.close();
    }
}
