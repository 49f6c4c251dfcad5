package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Director;

/** What a socket of the relay's own tells, in each order of events. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
final class EpollSocketTest {
    /** In some of them another thread takes the descriptor, or the events are in two batches or in the other order. */
    private static final int ATTEMPTS = 20;

    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final RelayState state = ListeningGroupTest.state(Director.create(), Transport.EPOLL);
    private EventLoopGroup group;
    private EventLoopState loop;
    private ServerSocket peers;

    @BeforeEach
    void open() throws IOException {
        Loopback.assumeAvailable(Transport.EPOLL);
        peers = new ServerSocket(FreePort.next(), 50, InetAddress.getLoopbackAddress());
        useLoop(false);
    }

    private void useLoop(boolean shared) {
        stopLoop();
        IoHandlerFactory handlers = shared ? EpollIoHandler.newFactory() : WatchedEpoll.newFactory();
        group = new MultiThreadIoEventLoopGroup(1, handlers);
        loop = new EventLoopState(shared ? new SharedLoops(group).next() : group.next(), state);
    }

    private void stopLoop() {
        if (group != null) {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    @AfterEach
    void close() throws IOException {
        stopLoop();
        if (peers != null) {
            peers.close();
        }
    }

    /** A socket and what it has told, in order: words, bytes as numbers, failures. */
    private class Recorder implements TcpSocket.Owner, EpollSocket.Connecting {
        final EpollSocket socket;
        final List<Object> told = new CopyOnWriteArrayList<>();
        final AtomicInteger closeActions = new AtomicInteger();

        Recorder(InetSocketAddress to) {
            socket = EpollSocket.open(loop, state.options, to);
            socket.owner(this);
            socket.whenClosed(closeActions::incrementAndGet);
        }

        @Override
        public void connected() {
            told.add("connected");
        }

        @Override
        public void received(ByteBuf data) {
            while (data.isReadable()) {
                told.add((int) data.readByte());
            }
            data.release();
        }

        @Override
        public void receivedAll() {}

        @Override
        public void writable() {
            told.add("writable");
        }

        @Override
        public void inputEnded() {
            told.add("input ended");
        }

        @Override
        public void outputEnded() {
            told.add("output ended");
        }

        @Override
        public void outputFailed() {
            told.add("output failed");
        }

        @Override
        public void closed() {
            told.add("closed");
        }

        @Override
        public void failed(Throwable cause) {
            told.add(cause);
        }

        void await(Object what) {
            Loopback.await(what + ", not " + told, () -> told.contains(what));
        }

        /** Waits for something besides what has been told. */
        Object next(int already) {
            Loopback.await("something after " + told, () -> told.size() > already);
            return told.get(already);
        }
    }

    private InetSocketAddress address() {
        return (InetSocketAddress) peers.getLocalSocketAddress();
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        return loop.loop.submit(task).get(20, TimeUnit.SECONDS);
    }

    private void onLoop(Runnable task) throws Exception {
        loop.loop.submit(task).get(20, TimeUnit.SECONDS);
    }

    private Recorder connect(InetSocketAddress to) throws Exception {
        return onLoop(() -> {
            Recorder recorder = new Recorder(to);
            recorder.socket.connect(recorder, CONNECT_NANOS);
            return recorder;
        });
    }

    private void end(Recorder recorder) throws Exception {
        onLoop(recorder.socket::end);
        assertThat(recorder.closeActions).hasValue(1);
        assertThat(recorder.socket.fd().isOpen()).isFalse();
        onLoop(recorder.socket::end);
        assertThat(recorder.closeActions).hasValue(1);
        assertThat(onLoop(loop::openSockets)).isZero();
    }

    @Test
    void connect_nothingListens_failedOnceAndClosed() throws Exception {
        InetSocketAddress nobody = address();
        peers.close();

        Recorder recorder = connect(nobody);

        assertThat(recorder.next(0)).isInstanceOf(IOException.class);
        end(recorder);
        assertThat(recorder.told).hasSize(1);
    }

    @Test
    void connect_noAnswer_givenUpInOrderOfTheDeadlines() throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(FreePort.next(), 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress to = (InetSocketAddress) full.getLocalSocketAddress();
            for (int i = 0; i < 3; i++) {
                Socket socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(to, 200);
                } catch (IOException e) {
                    // The backlog is full.
                    break;
                }
            }
            List<Recorder> recorders = onLoop(() -> {
                List<Recorder> all = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    Recorder recorder = new Recorder(to);
                    recorder.socket.connect(recorder, TimeUnit.MILLISECONDS.toNanos(100));
                    all.add(recorder);
                }
                return all;
            });
            // One of them is not to be given up any more.
            onLoop(recorders.get(1).socket::end);

            assertThat(recorders.get(0).next(0)).isInstanceOf(ConnectTimeoutException.class);
            assertThat(recorders.get(2).next(0)).isInstanceOf(ConnectTimeoutException.class);
            assertThat(recorders.get(1).told).isEmpty();
            assertThat(onLoop(loop::openSockets)).isZero();
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void write_peerTakesNothingForAWhile_everyByteInOrderAndThenTheEnd() throws Exception {
        Recorder recorder = connect(address());
        try (Socket peer = peers.accept()) {
            recorder.await("connected");
            byte[] piece = new byte[50_000];
            int pieces = 0;
            boolean room = true;
            // The system takes some megabytes, the queue as much as it may hold.
            while (room) {
                Arrays.fill(piece, (byte) pieces);
                pieces++;
                room = onLoop(() -> {
                    recorder.socket.write(
                            ByteBufAllocator.DEFAULT.directBuffer(piece.length).writeBytes(piece));
                    recorder.socket.flush();
                    return recorder.socket.isWritable();
                });
            }
            onLoop(recorder.socket::endOutput);
            assertThat(recorder.told).containsExactly("connected");
            assertThat(onLoop(recorder.socket::unsentBytes)).isPositive();

            byte[] all = peer.getInputStream().readAllBytes();

            assertThat(all).hasSize(pieces * piece.length);
            for (int i = 0; i < all.length; i++) {
                if (all[i] != (byte) (i / piece.length)) {
                    throw new AssertionError("byte " + i + " is of another piece");
                }
            }
            recorder.await("output ended");
            assertThat(recorder.told).contains("writable");
            assertThat(onLoop(recorder.socket::queuedBytes)).isZero();
        }
        end(recorder);
    }

    @Test
    void end_queueIsNotEmpty_buffersReleased() throws Exception {
        Recorder recorder = connect(address());
        try (Socket peer = peers.accept()) {
            recorder.await("connected");
            assertThat(peer.isConnected()).isTrue();
            List<ByteBuf> buffers = new ArrayList<>();
            onLoop(() -> {
                for (int i = 0; i < 200; i++) {
                    ByteBuf data = ByteBufAllocator.DEFAULT.directBuffer(65_536).writeZero(65_536);
                    buffers.add(data);
                    recorder.socket.write(data);
                    recorder.socket.flush();
                }
            });
            assertThat(onLoop(recorder.socket::unsentBytes)).isPositive();
            end(recorder);
            assertThat(buffers).allSatisfy(data -> assertThat(data.refCnt()).isZero());
        }
    }

    @Test
    void read_off_nothingIsToldUntilItIsOn() throws Exception {
        Recorder recorder = connect(address());
        try (Socket peer = peers.accept()) {
            peer.getOutputStream().write(new byte[] {1, 2});
            recorder.await("connected");
            // The bytes are there, and so is their event: the loop has handled it before the second task.
            onLoop(() -> {});
            onLoop(() -> {});
            assertThat(recorder.told).containsExactly("connected");

            onLoop(() -> recorder.socket.read(true));
            recorder.await(2);
            onLoop(() -> recorder.socket.read(false));
            peer.getOutputStream().write(3);
            onLoop(() -> recorder.socket.read(true));
            recorder.await(3);
            peer.shutdownOutput();
            recorder.await("input ended");

            assertThat(recorder.told).containsExactly("connected", 1, 2, 3, "input ended");
        }
        end(recorder);
    }

    /** What the peer sent before is read, too. */
    @Test
    void reset_whileReadingIsOff_toldAfterTheBytes() throws Exception {
        Recorder recorder = connect(address());
        try (Socket peer = peers.accept()) {
            recorder.await("connected");
            peer.getOutputStream().write(1);
            peer.setSoLinger(true, 0);
        }
        assertThat(recorder.next(1)).isEqualTo(1);
        assertThat(recorder.next(2)).isInstanceOf(IOException.class);
        end(recorder);
    }

    @Test
    void reset_afterThePeerHasEndedItsStream_told() throws Exception {
        Recorder recorder = connect(address());
        try (Socket peer = peers.accept()) {
            onLoop(() -> recorder.socket.read(true));
            peer.shutdownOutput();
            recorder.await("input ended");
            peer.setSoLinger(true, 0);
        }
        assertThat(recorder.next(2)).isInstanceOf(IOException.class);
        end(recorder);
    }

    @Test
    void write_peerHasResetTheConnection_outputFailed() throws Exception {
        Recorder recorder = connect(address());
        peers.accept().close();
        recorder.await("input ended");
        ByteBuf[] data = new ByteBuf[2];
        onLoop(() -> {
            data[0] = ByteBufAllocator.DEFAULT.directBuffer().writeByte(1);
            recorder.socket.write(data[0]);
            recorder.socket.flush();
        });
        // The peer, which is closed, answers by a reset.
        recorder.next(2);
        onLoop(() -> {
            data[1] = ByteBufAllocator.DEFAULT.directBuffer().writeByte(1);
            recorder.socket.write(data[1]);
            recorder.socket.flush();
        });

        assertThat(recorder.told).contains("output failed");
        assertThat(data).allSatisfy(each -> assertThat(each.refCnt()).isZero());
        end(recorder);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void loop_ends_ownerIsTold(boolean shared) throws Exception {
        useLoop(shared);
        Recorder recorder = connect(address());
        try (Socket peer = peers.accept()) {
            assertThat(peer.isConnected()).isTrue();
            recorder.await("connected");
            stopLoop();
            recorder.await("closed");
            assertThat(recorder.closeActions).hasValue(1);
        }
    }

    /** Stops the loop, which has no event left to handle, so that what happens meanwhile is one batch of events. */
    private CountDownLatch stop() throws Exception {
        onLoop(() -> {});
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch resume = new CountDownLatch(1);
        loop.loop.execute(() -> {
            stopped.countDown();
            try {
                resume.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        return resume;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void socketClosedAndAnotherOpenedInABatch_newOneGetsNoEventOfTheOld(boolean shared) throws Exception {
        useLoop(shared);
        int reused = 0;
        for (int i = 0; i < ATTEMPTS; i++) {
            AtomicReference<@Nullable Recorder> closed = new AtomicReference<>();
            AtomicReference<@Nullable Recorder> opened = new AtomicReference<>();
            Recorder first = onLoop(() -> {
                Recorder recorder = new Recorder(address()) {
                    @Override
                    public void received(ByteBuf data) {
                        data.release();
                        Recorder old = closed.getAndSet(null);
                        if (old != null) {
                            old.socket.end();
                            Recorder another = new Recorder(address());
                            another.socket.read(true);
                            another.socket.connect(another, CONNECT_NANOS);
                            opened.set(another);
                        }
                    }
                };
                recorder.socket.connect(recorder, CONNECT_NANOS);
                recorder.socket.read(true);
                return recorder;
            });
            try (Socket peerOfFirst = peers.accept()) {
                Recorder old = connect(address());
                closed.set(old);
                int descriptor = old.socket.fd().intValue();
                CountDownLatch resume;
                try (Socket peerOfOld = peers.accept()) {
                    old.await("connected");
                    resume = stop();
                    peerOfFirst.getOutputStream().write(1);
                    peerOfOld.setSoLinger(true, 0);
                }
                resume.countDown();
                try (Socket peer = peers.accept()) {
                    Loopback.await("another socket", () -> opened.get() != null);
                    Recorder another = opened.get();
                    if (another.socket.fd().intValue() == descriptor) {
                        reused++;
                    }
                    peer.getOutputStream().write(7);
                    another.next(1);
                    assertThat(another.told).containsExactly("connected", 7);
                }
            }
            onLoop(opened.get().socket::end);
            onLoop(first.socket::end);
        }
        assertThat(reused).isPositive();
    }
}
