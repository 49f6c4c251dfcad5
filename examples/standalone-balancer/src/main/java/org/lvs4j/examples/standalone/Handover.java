package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ObjLongConsumer;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.lvs4j.DirectorState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of the old daemon in a {@linkplain Takeover takeover}, on a thread of its own. The new daemon asks on the
 * control socket, and gets a path where it receives the listening sockets, and then the state. Once it says that it
 * serves, this daemon releases the path of the control socket, and its main thread drains. When that accepts no more
 * clients, the new daemon gets the state once more, so that clients and drains of the time in between are not lost. On
 * any failure before it serves, this daemon goes on as before.
 */
final class Handover {
    /** The start of the versions of this protocol, which is not that of the commands. */
    static final String NAME = "lvs4j-takeover-";

    static final String VERSION = NAME + 2;

    private static final Duration TRANSFER_LIMIT = Duration.ofSeconds(10);
    private static final Duration ACCEPTED_LIMIT = Duration.ofSeconds(5);
    private static final Duration SERVING_LIMIT = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

    private final ControlSocket socket;
    private final Balancer balancer;
    private final ObjLongConsumer<String> served;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private final CountDownLatch accepted = new CountDownLatch(1);
    private final CountDownLatch moved = new CountDownLatch(1);

    /**
     * A handover that nobody has asked for yet.
     *
     * @param served is called once another daemon serves, with its name, and with the number of its process or -1
     */
    Handover(ControlSocket socket, Balancer balancer, ObjLongConsumer<String> served) {
        this.socket = socket;
        this.balancer = balancer;
        this.served = served;
    }

    /** Takes up a request for the sockets. Does not block. */
    void start(SocketChannel channel, List<String> arguments) {
        String pid = arguments.isEmpty() ? "" : arguments.get(0);
        long number = pid.matches("\\d{1,10}") ? Long.parseLong(pid) : -1;
        String peer = number < 0 ? "another lvsd" : "lvsd " + pid;
        Thread thread = new Thread(() -> run(channel, peer, number), "lvsd-handover");
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            LOG.error("takeover by {}: {}", peer, Reason.of(e));
            close(channel);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("takeover: close", e);
        }
    }

    /** Waits until the path of the control socket is the other daemon's. */
    void awaitMoved(Duration limit) throws InterruptedException {
        if (!moved.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("takeover: the other lvsd has not put its control socket in place of this one's");
        }
    }

    /** To be called when this daemon accepts no more clients. Idempotent. */
    void accepted() {
        accepted.countDown();
    }

    private void run(SocketChannel channel, String peer, long pid) {
        boolean left = false;
        try (FrameChannel frames = FrameChannel.over(channel, SERVING_LIMIT)) {
            if (!underWay.compareAndSet(false, true)) {
                refuse(frames, "another takeover is under way, or has been made");
                return;
            }
            LOG.info("takeover: {} asks for the listening sockets", peer);
            String problem = passedOn(channel, frames);
            if (problem != null) {
                underWay.set(false);
                LOG.warn("takeover by {} has failed, going on as before: {}", peer, problem);
                refuse(frames, problem);
                return;
            }
            left = true;
            balancer.leave();
            socket.release();
            served.accept(peer, pid);
            frames.write(FrameType.RELEASED, new byte[0]);
            if (!accepted.await(ACCEPTED_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("takeover: this lvsd still accepts clients");
            }
            passState(frames);
            expect(frames, FrameType.MOVED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            LOG.warn("takeover by {}: {}", peer, Reason.of(e));
        } finally {
            if (left) {
                moved.countDown();
            }
        }
    }

    /** Passes the sockets on and waits until the other daemon serves; returns the reason if that fails. */
    private @Nullable String passedOn(SocketChannel channel, FrameChannel frames) {
        try {
            // Root may administer the daemon of any user, but would bind with other rights than this one.
            if (!channel.getOption(ExtendedSocketOptions.SO_PEERCRED)
                    .user()
                    .equals(Files.getOwner(Path.of("/proc/self")))) {
                return "the two lvsd run as different users";
            }
            String problem = balancer.handOverProblem();
            if (problem != null) {
                return problem;
            }
            int count = pass(frames);
            frames.write(
                    FrameType.TRANSFERRED,
                    ByteBuffer.allocate(Integer.BYTES).putInt(count).array());
            LOG.info("takeover: {} passed on", Count.of(count, "listening socket"));
            expect(frames, FrameType.STATE_WANTED);
            passState(frames);
            expect(frames, FrameType.SERVING);
            return null;
        } catch (UncheckedIOException e) {
            return Reason.of(e);
        } catch (IOException e) {
            return Reason.of(e);
        } catch (IllegalStateException e) {
            return "lvsd is stopping: " + e.getMessage();
        } catch (RuntimeException | OutOfMemoryError e) {
            return Reason.of(e);
        }
    }

    private void passState(FrameChannel frames) throws IOException {
        DirectorState state = balancer.director().saveState(System.currentTimeMillis());
        state.writeTo(new FrameOutput(frames, FrameType.STATE));
        frames.write(FrameType.STATE_END, new byte[0]);
        LOG.info(
                "takeover: passed on {} and {}",
                Count.of(state.templates(), "persistent client"),
                Count.of(state.drains(), "drain"));
    }

    private int pass(FrameChannel frames) throws IOException {
        Path directory = socket.privateDirectory();
        Path path = directory.resolve(ControlSocket.PRIVATE_SOCKET);
        int[] count = {0};
        try (DescriptorSocket listener = DescriptorSocket.listen(path, TRANSFER_LIMIT)) {
            frames.write(FrameType.TRANSFER, path.toString().getBytes(StandardCharsets.UTF_8));
            try (DescriptorSocket to = listener.accept()) {
                balancer.handOver(descriptor -> {
                    try {
                        to.send(descriptor);
                        count[0]++;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        } finally {
            Files.deleteIfExists(path);
            Files.deleteIfExists(directory);
        }
        return count[0];
    }

    private static void expect(FrameChannel frames, FrameType type) throws IOException {
        Frame frame = frames.read();
        if (frame.type() != type) {
            throw new ProtocolException("the other lvsd sent " + frame.type() + " instead of " + type);
        }
    }

    private static void refuse(FrameChannel frames, String reason) throws IOException {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        frames.write(FrameType.ERROR, text.length > Frame.MAX_PAYLOAD_BYTES ? new byte[0] : text);
        frames.write(FrameType.EXIT, new byte[] {Answer.FAILURE});
    }
}
