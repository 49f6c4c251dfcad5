package org.lvs4j.examples.standalone;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorState;
import org.lvs4j.StateRestoration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of the new daemon in a takeover: it gets the listening sockets of a running one, and with them the clients
 * that wait in their queues, then its state, starts to serve, and tells the old one, which accepts no more and drains then ({@link
 * Handover}). Finally its own control socket takes the place of the old one's. Until the new daemon serves, it can fail
 * or be ended, and the old one goes on. Not thread-safe.
 */
final class Takeover implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);

    private final Path path;
    private final FrameChannel frames;
    private final List<Integer> descriptors = new ArrayList<>();

    private Takeover(Path path, FrameChannel frames) {
        this.path = path;
        this.frames = frames;
    }

    /**
     * Gets the listening sockets of the daemon at a control socket.
     *
     * @throws StartException if there is no daemon, or it refuses
     */
    static Takeover begin(Path given) throws StartException, IOException {
        Path path = given.toAbsolutePath().normalize();
        TrustedPath.requireForDaemon(path);
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            channel.close();
            throw new StartException(
                    "--takeover: no lvsd is listening on " + path + " (" + Reason.of(e) + "); start without --takeover",
                    e);
        }
        Takeover takeover = new Takeover(path, FrameChannel.over(channel, LIMIT));
        boolean begun = false;
        try {
            takeover.receive();
            begun = true;
            return takeover;
        } catch (EOFException e) {
            throw new StartException("--takeover: the lvsd on " + path + " has closed the connection", e);
        } finally {
            if (!begun) {
                takeover.close();
            }
        }
    }

    private void receive() throws StartException, IOException {
        frames.write(FrameType.HELLO, Handover.VERSION.getBytes(StandardCharsets.UTF_8));
        frames.write(
                FrameType.ARGUMENT, Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8));
        frames.write(FrameType.RUN, new byte[0]);
        Path at = Path.of(expect(FrameType.TRANSFER).text());
        try (DescriptorSocket from = DescriptorSocket.connect(at, LIMIT)) {
            for (int descriptor = from.receive(); descriptor >= 0; descriptor = from.receive()) {
                descriptors.add(descriptor);
            }
        }
        byte[] count = expect(FrameType.TRANSFERRED).payload();
        if (count.length != Integer.BYTES || ByteBuffer.wrap(count).getInt() != descriptors.size()) {
            throw new IOException("--takeover: only " + Count.of(descriptors.size(), "listening socket")
                    + (descriptors.size() == 1 ? " has" : " have")
                    + " arrived; raise the limit of open files (ulimit -n, LimitNOFILE)");
        }
        LOG.info("takeover: got {} of the lvsd on {}", Count.of(descriptors.size(), "listening socket"), path);
    }

    private Frame expect(FrameType type) throws StartException, IOException {
        StringBuilder error = new StringBuilder();
        while (true) {
            Frame frame = frames.read();
            if (frame.type() == type) {
                return frame;
            } else if (frame.type() == FrameType.ERROR) {
                error.append(frame.text());
            } else if (frame.type() == FrameType.EXIT) {
                throw new StartException(
                        "--takeover: the lvsd on " + path + " refuses: "
                                + error.toString().strip().replaceFirst("^lvsd: ", ""),
                        null);
            } else {
                throw new ProtocolException("the lvsd on " + path + " sent " + frame.type() + " instead of " + type);
            }
        }
    }

    /** The listening sockets, which the receiver then owns. */
    List<Integer> descriptors() {
        return descriptors;
    }

    /**
     * Restores the state of the old daemon in a director that has its services.
     *
     * @throws StartException if the old one does not pass it on
     */
    void restore(Director director) throws StartException {
        try {
            frames.write(FrameType.STATE_WANTED, new byte[0]);
            LOG.info("takeover: {}", StateKeeping.describe(restoreSent(director)));
        } catch (IOException e) {
            throw new StartException("--takeover: the state of the lvsd on " + path + ": " + Reason.of(e), e);
        }
    }

    private StateRestoration restoreSent(Director director) throws IOException {
        DirectorState state = DirectorState.read(new FrameInput(this::piece), StateFile.maxBytes());
        return director.restore(state, System.currentTimeMillis());
    }

    private byte @Nullable [] piece() throws IOException {
        Frame frame = frames.read();
        if (frame.type() == FrameType.STATE_END) {
            return null;
        } else if (frame.type() != FrameType.STATE) {
            throw new ProtocolException("the lvsd on " + path + " sent " + frame.type() + " instead of its state");
        }
        return frame.payload();
    }

    /**
     * Tells the old daemon that this one serves, and puts the control socket in place of the old one's.
     *
     * @param director gets what the old one has learnt since {@link #restore}
     * @throws StartException if the old one has given this one up and goes on
     */
    void complete(ControlSocket socket, Director director) throws StartException, IOException {
        boolean released = false;
        try {
            frames.write(FrameType.SERVING, new byte[0]);
            expect(FrameType.RELEASED);
            released = true;
        } catch (EOFException e) {
            // It has ended meanwhile if its lock is free.
            LOG.warn("takeover: the old lvsd has closed the connection");
        }
        try {
            socket.publish();
        } catch (IOException e) {
            if (!released) {
                throw new StartException("--takeover: the lvsd on " + path + " goes on: " + Reason.of(e), e);
            }
            // The old daemon accepts no more: to end would leave the services without one.
            LOG.error("takeover: lvsadm cannot reach this lvsd: {}", Reason.of(e));
        }
        frames.write(FrameType.MOVED, new byte[0]);
        if (released) {
            restoreLast(director);
        }
        close();
        LOG.info("takeover: done; the old lvsd ends when its connections have");
    }

    private void restoreLast(Director director) {
        try {
            long more = restoreSent(director).templates();
            LOG.info("takeover: {} of the last moments", Count.of(more, "persistent client"));
        } catch (IOException | RuntimeException e) {
            LOG.warn("takeover: persistent clients and drains of the last moments are lost: {}", Reason.of(e));
        }
    }

    @Override
    public void close() throws IOException {
        frames.close();
    }
}
