package org.lvs4j.netty.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Dialogue;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.netty.internal.EmptyDatagrams;
import org.lvs4j.netty.internal.SocketFailure;

/**
 * A dialogue over one socket: opens and connects it, plays the dialogue, closes it. A connection that is refused or
 * reset, and a port that is reported unreachable, fail the probe; if this host lacks the means for a socket, the probe is
 * not made.
 *
 * <p>Belongs to its event loop: all fields are plain, and only {@link #cancel} is called from elsewhere.
 */
final class SocketProbe extends ChannelInboundHandlerAdapter implements Execution {
    /**
     * Opens the socket of a probe, with its options set, and with the handlers between it and the probe. They hand up the
     * bytes that arrive, or steps of the dialogue.
     */
    @FunctionalInterface
    interface Opener {
        Channel open() throws IOException;
    }

    private static final long LAST_READ_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final EventLoop loop;
    private final Dialogue dialogue;
    private final long timeoutNanos;
    private final ProbeOutcome outcome;
    private @Nullable Channel channel;
    private @Nullable ScheduledFuture<?> timer;
    private long deadlineNanos;
    private boolean tls;
    private boolean opened;
    private boolean ended;
    /** Whether the time is up, and only what has arrived already still counts. */
    private boolean last;

    SocketProbe(EventLoop loop, Dialogue dialogue, long timeoutNanos, ProbeOutcome outcome) {
        this.loop = loop;
        this.dialogue = dialogue;
        this.timeoutNanos = timeoutNanos;
        this.outcome = outcome;
    }

    /**
     * Starts the probe. Called on the event loop.
     *
     * @param local the own address; null for the system's choice
     */
    void start(Opener opener, SocketAddress remote, @Nullable SocketAddress local) {
        if (ended) {
            return;
        }
        try {
            Channel socket = opener.open();
            channel = socket;
            tls = socket.pipeline().get(SslHandler.class) != null;
            socket.pipeline().addLast(this);
            ChannelFuture registered = loop.register(socket);
            if (registered.cause() != null) {
                throw new IOException(registered.cause());
            }
            extendTime();
            timer = loop.schedule(this::timeIsUp, timeoutNanos, TimeUnit.NANOSECONDS);
            connect(socket, remote, local);
        } catch (IOException | RuntimeException | OutOfMemoryError | LinkageError e) {
            notMade(e);
        }
    }

    private void connect(Channel socket, SocketAddress remote, @Nullable SocketAddress local) {
        ChannelFuture connecting = local == null ? socket.connect(remote) : socket.connect(remote, local);
        connecting.addListener(done -> {
            try {
                if (done.isSuccess()) {
                    if (!tls) {
                        open();
                    } else if (!ended) {
                        extendTime();
                    }
                } else if (!ended) {
                    failed(done.cause());
                }
            } catch (OutOfMemoryError e) {
                notMade(e);
            }
        });
    }

    // ---- events

    private void open() {
        if (!ended && !opened) {
            opened = true;
            play(dialogue.opened());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !ended) {
            if (handshake.isSuccess()) {
                open();
            } else {
                failed(handshake.cause());
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (!ended && message instanceof Dialogue.Step step) {
                play(step);
            } else if (!ended && opened) {
                ByteBuf data = message instanceof DatagramPacket datagram ? datagram.content() : (ByteBuf) message;
                play(dialogue.received(data.nioBuffer()));
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!ended) {
            if (opened) {
                play(dialogue.closed());
            } else {
                finish(ProbeResult.failed(
                        tls ? "the connection was closed in the TLS handshake" : "the connection was closed"));
            }
            if (!ended) {
                finish(ProbeResult.failed("the connection was closed"));
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!ended) {
            failed(cause);
        }
    }

    private void timeIsUp() {
        try {
            if (!ended) {
                endOrWait();
            }
        } catch (OutOfMemoryError e) {
            notMade(e);
        }
    }

    private void endOrWait() {
        long left = deadlineNanos - System.nanoTime();
        if (left > 0) {
            last = false;
            timer = loop.schedule(this::timeIsUp, left, TimeUnit.NANOSECONDS);
        } else if (!last) {
            // A busy event loop is late, which is not the server's fault: it gets that time once more, and what has
            // arrived already is read in any case.
            last = true;
            long late = Math.min(-left, timeoutNanos);
            timer = loop.schedule(this::timeIsUp, Math.max(late, LAST_READ_NANOS), TimeUnit.NANOSECONDS);
        } else if (opened) {
            play(dialogue.timedOut());
            if (!ended) {
                last = false;
                extendTime();
                timer = loop.schedule(this::timeIsUp, timeoutNanos, TimeUnit.NANOSECONDS);
            }
        } else {
            finish(ProbeResult.failed(tls ? "no connection, or no TLS handshake, in time" : "no connection in time"));
        }
    }

    private void extendTime() {
        deadlineNanos = System.nanoTime() + timeoutNanos;
    }

    private void play(Dialogue.Step step) {
        if (step.counted()) {
            extendTime();
        }
        Channel socket = channel;
        ByteBuffer data = step.send();
        if (data != null && socket != null) {
            send(socket, data);
        }
        if (step.result() != null && !ended) {
            finish(step.result());
        }
    }

    private void send(Channel socket, ByteBuffer data) {
        if (!data.hasRemaining()) {
            try {
                EmptyDatagrams.send(socket, null);
            } catch (IOException e) {
                failed(e);
            }
            return;
        }
        socket.writeAndFlush(Unpooled.wrappedBuffer(data)).addListener(sent -> {
            if (!sent.isSuccess() && !ended) {
                failed(sent.cause());
            }
        });
    }

    // ---- ends

    private void failed(Throwable cause) {
        SocketFailure kind = SocketFailure.of(cause);
        if (kind.isLocal()) {
            notMade(cause);
        } else {
            finish(ProbeResult.failed(describe(kind, cause)));
        }
    }

    private static String describe(SocketFailure kind, Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof NotSslRecordException) {
                // Its message has all bytes of the server.
                return "TLS: the server does not speak TLS";
            }
            if (each instanceof SSLException) {
                return "TLS: " + each.getMessage();
            }
        }
        return kind.describe(cause);
    }

    private void notMade(Throwable cause) {
        if (!ended) {
            release();
            outcome.notMade(
                    cause instanceof LinkageError error
                            ? CheckRequirements.missing(error)
                            : SocketFailure.of(cause).describe(cause));
        }
    }

    private void finish(ProbeResult result) {
        release();
        outcome.finished(result);
    }

    private void release() {
        ended = true;
        ScheduledFuture<?> pending = timer;
        if (pending != null) {
            timer = null;
            pending.cancel(false);
        }
        Channel socket = channel;
        if (socket != null) {
            channel = null;
            close(socket);
        }
    }

    private static void close(Channel socket) {
        if (socket.isRegistered()) {
            socket.close();
        } else {
            socket.unsafe().closeForcibly();
        }
    }

    @Override
    public void cancel() {
        if (loop.inEventLoop()) {
            abandon();
            return;
        }
        try {
            loop.execute(this::abandon);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it its sockets.
            ended = true;
        }
    }

    private void abandon() {
        if (!ended) {
            release();
        }
    }
}
