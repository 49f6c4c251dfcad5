package org.lvs4j.netty;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A TCP socket of the relay's own on epoll, without a channel: no pipeline, no promise, no timer, no change of its events
 * while the peer keeps up. Bytes are given to the system by the call that flushes them.
 *
 * <p>It is registered once, for edge-triggered events. An event only says what to try: it may be that of an earlier
 * socket with the same descriptor, so nothing is taken from it that the system does not confirm.
 *
 * <p>Belongs to its event loop: all fields are plain.
 */
@SuppressWarnings("try") // Netty declares that close throws any exception.
final class EpollSocket implements TcpSocket, EpollIoHandle, Runnable {
    private static final EpollIoOps URGENT = EpollIoOps.valueOf(2);
    private static final EpollIoOps INPUT =
            EpollIoOps.EPOLLIN.with(URGENT).with(EpollIoOps.EPOLLRDHUP).with(EpollIoOps.EPOLLET);
    private static final EpollIoOps INPUT_AND_OUTPUT = INPUT.with(EpollIoOps.EPOLLOUT);
    private static final int HANG_UP = 0x10;
    private static final int FAILED = EpollIoOps.EPOLLERR.value() | HANG_UP;
    private static final int ENDED = EpollIoOps.EPOLLRDHUP.value() | FAILED;
    private static final int IN = EpollIoOps.EPOLLIN.value() | URGENT.value() | ENDED;
    private static final int OUTPUT = EpollIoOps.EPOLLOUT.value() | FAILED;

    private static final int LEVEL_SOCKET = 1;
    private static final int OUT_OF_BAND_INLINE = 10;
    /** How often a socket is read before others get their turn. */
    private static final int READS = 16;

    private static final int SMALLEST_READ_BYTES = 4096;
    private static final ByteBufAllocator ALLOCATOR = ByteBufAllocator.DEFAULT;

    /** The neighbours in the list of the sockets that are being connected. */
    @Nullable
    EpollSocket previousConnecting;

    @Nullable
    EpollSocket nextConnecting;

    /** When a socket that is being connected is given up. */
    long connectDeadlineNanos;

    private final EventLoopState loopState;
    private final Socket socket;
    private final int largestRead;
    private final int highMark;
    private final @Nullable InetSocketAddress remote;
    private @Nullable InetSocketAddress local;
    private @Nullable Owner owner;
    private @Nullable Runnable closeAction;
    private @Nullable Connecting connecting;
    private @Nullable IoRegistration registration;
    private @Nullable WatchedEpoll watch;
    private long registeredInBatch;

    private boolean connected;
    private boolean closed;

    private boolean reading;
    private boolean inRead;
    private boolean readScheduled;
    /** Whether there may be bytes, or the end of the stream, to be read. */
    private boolean readable;
    /** Whether there may be an urgent byte, before which a read ends even if more follows. */
    private boolean urgent;

    /** Whether the peer has ended its stream or reset the connection, so that what is left is limited. */
    private boolean hungUp;

    private boolean inputEnded;
    private int nextRead = SMALLEST_READ_BYTES;
    private int smallReads;

    private @Nullable ByteBuf first;
    private @Nullable Queue<ByteBuf> others;
    private long queued;
    private boolean full;
    private boolean inFlush;
    /** Whether the system takes no more, and will tell when it does. */
    private boolean blocked;

    private boolean outputAwaited;
    private boolean outputEnding;
    private boolean outputEnded;
    private boolean outputFailed;

    /** What waits for a socket to be connected. */
    interface Connecting {
        /** It could not be connected, and has been closed. */
        void failed(Throwable cause);
    }

    private EpollSocket(
            EventLoopState loopState,
            RelayOptions options,
            Socket socket,
            @Nullable InetSocketAddress remote,
            @Nullable InetSocketAddress local) {
        this.loopState = loopState;
        this.socket = socket;
        this.remote = remote;
        this.local = local;
        largestRead = options.receiveBytes();
        highMark = options.bufferBytes();
        nextRead = Math.min(nextRead, largestRead);
    }

    /** A socket that has been accepted, whose options are those of the socket that listens. Not registered yet. */
    static EpollSocket accepted(
            EventLoopState loopState,
            RelayOptions options,
            Socket socket,
            @Nullable InetSocketAddress remote,
            @Nullable InetSocketAddress local) {
        EpollSocket accepted = new EpollSocket(loopState, options, socket, remote, local);
        accepted.connected = true;
        return accepted;
    }

    /**
     * Opens a socket that is to be connected.
     *
     * @throws io.netty.channel.ChannelException if the system has none, with its error as the cause
     */
    static EpollSocket open(EventLoopState loopState, RelayOptions options, InetSocketAddress remote) {
        return new EpollSocket(loopState, options, Socket.newSocketStream(), remote, null);
    }

    // ---- start and end

    /** Waits for events from now on. The owner of a socket that has been accepted is not told that it is connected. */
    void register() throws IOException {
        register(INPUT);
    }

    private void register(EpollIoOps events) throws IOException {
        outputAwaited = events == INPUT_AND_OUTPUT;
        Future<IoRegistration> registering = ((IoEventLoop) loopState.loop).register((IoHandle) this);
        if (!registering.isSuccess()) {
            throw new IOException("the event loop takes no socket", registering.cause());
        }
        registration = registering.getNow();
        loopState.countSocket(1);
        registration.submit(events);
    }

    /** It is registered in such an epoll, whose batches of events are numbered. */
    void watchedBy(WatchedEpoll by) {
        watch = by;
        registeredInBatch = by.batch();
    }

    /** Connects; the owner is told, or what is given here. */
    void connect(Connecting by, long timeoutNanos) {
        boolean atOnce;
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            // Keeps urgent bytes in their place in the stream: by default, the system takes them out.
            socket.setIntOpt(LEVEL_SOCKET, OUT_OF_BAND_INLINE, 1);
            atOnce = socket.connect(remote);
            register(atOnce ? INPUT : INPUT_AND_OUTPUT);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            end();
            by.failed(e);
            return;
        }
        if (atOnce) {
            connected = true;
            try {
                owner().connected();
            } catch (RuntimeException | OutOfMemoryError e) {
                fail(e);
            }
        } else {
            connecting = by;
            connectDeadlineNanos = System.nanoTime() + timeoutNanos;
            loopState.addConnecting(this);
        }
    }

    private void finishConnect(Connecting by) {
        try {
            if (!socket.finishConnect()) {
                return;
            }
        } catch (IOException e) {
            connectFailed(by, e);
            return;
        }
        connecting = null;
        loopState.removeConnecting(this);
        connected = true;
        owner().connected();
    }

    /** Gives up. */
    void connectTimedOut() {
        Connecting by = connecting;
        if (by != null) {
            connectFailed(by, new ConnectTimeoutException("connection timed out: " + remote));
        }
    }

    private void connectFailed(Connecting by, Throwable cause) {
        end();
        by.failed(cause);
    }

    @Override
    public void owner(Owner by) {
        owner = by;
    }

    private Owner owner() {
        return requireNonNull(owner, "the socket has no owner yet");
    }

    @Override
    public void whenClosed(Runnable action) {
        Runnable before = closeAction;
        closeAction = before == null
                ? action
                : () -> {
                    before.run();
                    action.run();
                };
    }

    @Override
    public @Nullable InetSocketAddress remote() {
        return remote;
    }

    @Override
    public @Nullable InetSocketAddress local() {
        if (local == null && !closed) {
            local = socket.localAddress();
        }
        return local;
    }

    @Override
    public boolean open() {
        return !closed;
    }

    @Override
    public boolean active() {
        return connected && !closed;
    }

    @Override
    public void reset() {
        if (closed) {
            return;
        }
        try {
            socket.setSoLinger(0);
        } catch (IOException e) {
            // The system refuses the option for a socket that has failed already; closing that one is enough.
            RelayState.LOGGER.trace("{}: cannot be reset", this, e);
        }
        end();
    }

    @Override
    public void end() {
        if (closed) {
            return;
        }
        closed = true;
        if (connecting != null) {
            connecting = null;
            loopState.removeConnecting(this);
        }
        discardQueue();
        try {
            // The system takes a closed socket out of epoll by itself.
            socket.close();
        } catch (IOException e) {
            RelayState.LOGGER.debug("{}: a socket could not be closed in order", this, e);
        }
        if (registration != null) {
            try {
                registration.cancel();
            } catch (RejectedExecutionException e) {
                RelayState.LOGGER.trace("{}: the loop has ended", this, e);
            }
            loopState.countSocket(-1);
        }
        if (closeAction != null) {
            closeAction.run();
        }
    }

    // ---- what the event loop sees

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    /** The event loop ends, and closes what is left in it. */
    @Override
    public void close() {
        if (!closed) {
            Connecting by = connecting;
            end();
            if (by != null) {
                by.failed(new IOException("the event loop has ended"));
            } else if (owner != null) {
                owner.closed();
            }
        }
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        // A socket cannot have events of the batch in which it was registered: those are of an earlier one.
        if (closed || watch != null && watch.batch() == registeredInBatch) {
            return;
        }
        try {
            handle(((EpollIoEvent) event).ops().value());
        } catch (Exception | OutOfMemoryError e) {
            fail(e);
        }
    }

    private void handle(int events) {
        Connecting by = connecting;
        if (by != null) {
            finishConnect(by);
            if (!connected) {
                return;
            }
        }
        if ((events & OUTPUT) != 0 && first != null) {
            blocked = false;
            flush();
        }
        if (inputEnded && (events & FAILED) != 0 && !closed) {
            requireNoError();
        }
        if ((events & IN) != 0 && !closed) {
            readable = true;
            urgent |= (events & URGENT.value()) != 0;
            hungUp |= (events & ENDED) != 0;
            if (reading || hungUp) {
                readNow();
            }
        }
    }

    /** After the end of the peer's stream, reading tells nothing about a reset. */
    private void requireNoError() {
        try {
            int error = socket.getSoError();
            if (error != 0) {
                fail(Errors.newIOException("read", -error));
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void fail(Throwable cause) {
        if (!closed) {
            owner().failed(cause);
        }
    }

    // ---- input

    @Override
    public void read(boolean on) {
        reading = on;
        if (on && readable) {
            readLater();
        }
    }

    private void readLater() {
        if (!inRead && !readScheduled && !closed) {
            readScheduled = true;
            try {
                loopState.loop.execute(this);
            } catch (RejectedExecutionException e) {
                readScheduled = false;
                RelayState.LOGGER.trace("{}: the loop has ended", this, e);
            }
        }
    }

    /** Reads what has been scheduled: the task is the socket itself, so that scheduling allocates nothing for it. */
    @Override
    public void run() {
        readScheduled = false;
        if (!closed && readable && (reading || hungUp)) {
            try {
                readNow();
            } catch (RuntimeException | OutOfMemoryError e) {
                fail(e);
            }
        }
    }

    private void readNow() {
        if (inRead || inputEnded) {
            return;
        }
        inRead = true;
        boolean any = false;
        boolean ended = false;
        IOException failure = null;
        try {
            for (int i = 0; i < READS && readable && (reading || hungUp); i++) {
                ByteBuf data = ALLOCATOR.directBuffer(nextRead);
                int bytes;
                try {
                    bytes = receive(data);
                } catch (IOException e) {
                    data.release();
                    readable = false;
                    failure = e;
                    break;
                }
                if (bytes <= 0) {
                    data.release();
                    readable = false;
                    urgent = false;
                    ended = bytes < 0;
                    break;
                }
                adapt(bytes);
                // An end that the system has announced is read in any case.
                readable = hungUp || urgent || bytes == data.capacity();
                any = true;
                owner().received(data);
                if (closed) {
                    return;
                }
            }
        } finally {
            inRead = false;
        }
        if (any) {
            owner().receivedAll();
        }
        if (failure != null) {
            fail(failure);
        } else if (ended && !closed) {
            inputEnded = true;
            owner().inputEnded();
        } else if (readable && (reading || hungUp)) {
            readLater();
        }
    }

    /** The number of bytes received, 0 if there are none now, -1 at the end of the stream. */
    private int receive(ByteBuf into) throws IOException {
        int bytes;
        if (into.hasMemoryAddress()) {
            bytes = socket.recvAddress(into.memoryAddress(), 0, into.capacity());
        } else {
            ByteBuffer buffer = into.internalNioBuffer(0, into.capacity());
            bytes = socket.recv(buffer, buffer.position(), buffer.limit());
        }
        if (bytes > 0) {
            into.writerIndex(bytes);
        }
        return bytes;
    }

    /** Larger reads while they are filled, smaller ones when two in a row fill little. */
    private void adapt(int bytes) {
        if (bytes == nextRead) {
            smallReads = 0;
            nextRead = Math.min(largestRead, 4 * nextRead);
        } else if (bytes <= nextRead / 4 && nextRead > SMALLEST_READ_BYTES && ++smallReads == 2) {
            smallReads = 0;
            nextRead = Math.max(SMALLEST_READ_BYTES, nextRead / 4);
        }
    }

    // ---- output

    @Override
    public boolean isWritable() {
        return !full && !outputFailed && !closed;
    }

    @Override
    public void write(ByteBuf data) {
        if (closed || outputFailed || outputEnding) {
            data.release();
            return;
        }
        queued += data.capacity();
        if (queued > highMark) {
            full = true;
        }
        if (first == null) {
            first = data;
        } else {
            if (others == null) {
                others = new ArrayDeque<>();
            }
            others.add(data);
        }
    }

    @Override
    public void flush() {
        if (inFlush || blocked || closed || outputFailed) {
            return;
        }
        inFlush = true;
        try {
            while (first != null && sendFirst()) {
                first = others == null ? null : others.poll();
            }
        } catch (IOException e) {
            RelayState.LOGGER.trace("{}: nothing can be written any more", this, e);
            outputFailed = true;
            discardQueue();
        } finally {
            inFlush = false;
        }
        if (outputFailed) {
            owner().outputFailed();
            return;
        }
        if (first == null && outputEnding && !outputEnded) {
            shutDownOutput();
        }
        if (full && queued <= highMark / 2 && !closed) {
            full = false;
            owner().writable();
        }
    }

    /** Sends the first buffer of the queue; returns whether the system has taken all of it. */
    private boolean sendFirst() throws IOException {
        ByteBuf data = requireNonNull(first);
        int bytes;
        if (data.hasMemoryAddress()) {
            bytes = socket.sendAddress(data.memoryAddress(), data.readerIndex(), data.writerIndex());
        } else {
            ByteBuffer buffer = data.internalNioBuffer(data.readerIndex(), data.readableBytes());
            bytes = socket.send(buffer, buffer.position(), buffer.limit());
        }
        if (bytes == data.readableBytes()) {
            queued -= data.capacity();
            data.release();
            return true;
        }
        data.skipBytes(bytes);
        blocked = true;
        if (!outputAwaited) {
            outputAwaited = true;
            requireNonNull(registration).submit(INPUT_AND_OUTPUT);
        }
        return false;
    }

    @Override
    public void endOutput() {
        if (closed || outputFailed || outputEnding) {
            return;
        }
        outputEnding = true;
        flush();
    }

    private void shutDownOutput() {
        if (closed || outputFailed || outputEnded) {
            return;
        }
        try {
            socket.shutdown(false, true);
        } catch (IOException | RuntimeException e) {
            fail(e);
            return;
        }
        outputEnded = true;
        owner().outputEnded();
    }

    private void discardQueue() {
        if (first != null) {
            first.release();
            first = null;
        }
        if (others != null) {
            others.forEach(ByteBuf::release);
            others = null;
        }
        queued = 0;
    }

    @Override
    public long queuedBytes() {
        return queued;
    }

    @Override
    public long unsentBytes() {
        return first == null ? 0 : Math.max(1, queued - first.readerIndex());
    }

    @Override
    public boolean systemTells() {
        return true;
    }

    @Override
    public @Nullable TcpInfo info() {
        return closed ? null : TcpInfo.of(socket);
    }

    @Override
    public boolean almostEmpty() {
        return true;
    }

    @Override
    public boolean isResetUnnoticed() {
        return false;
    }

    @Override
    public String toString() {
        return "[" + socket + ", " + local + " - " + remote + "]";
    }
}
