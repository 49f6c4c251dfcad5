package org.lvs4j.examples.standalone;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the control socket: one command per connection. The number of connections, the size of every message and every
 * wait are bounded. A malformed request gets an error or a closed connection, and the server continues.
 */
final class ControlServer implements AutoCloseable {
    /** The protocol version of the daemon and the tool. */
    static final String VERSION = "lvs4j-control-1";

    static final int MAX_CONNECTIONS = 8;
    static final int MAX_ARGUMENTS = 64;
    static final int MAX_INPUT_BYTES = 16 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private final ControlSocket socket;
    private final Commands commands;
    private final Limits limits;
    private final ServerSocketChannel listener;
    private final ThreadPoolExecutor workers;
    private final Thread acceptor;

    /** Executes command lines. Called by several threads. */
    @FunctionalInterface
    interface Commands {
        Answer run(List<String> arguments, Input input) throws IOException;
    }

    /** Standard input of the tool, transferred only for a command that needs it. */
    @FunctionalInterface
    interface Input {
        String read() throws IOException;
    }

    /**
     * The time limits of a connection.
     *
     * @param request until the command line has arrived
     * @param input until standard input has arrived, from its request on
     * @param answer until the tool has received the answer
     */
    record Limits(Duration request, Duration input, Duration answer) {
        static final Limits DEFAULT = new Limits(Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(30));
    }

    private ControlServer(ControlSocket socket, Commands commands, Limits limits) throws IOException {
        this.socket = socket;
        this.commands = commands;
        this.limits = limits;
        AtomicInteger count = new AtomicInteger();
        workers = new ThreadPoolExecutor(0, MAX_CONNECTIONS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "lvsd-control-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        listener = socket.listen();
        acceptor = new Thread(this::acceptAll, "lvsd-control");
        acceptor.setDaemon(true);
    }

    static ControlServer start(ControlSocket socket, Commands commands, Limits limits) throws IOException {
        ControlServer server = new ControlServer(socket, commands, limits);
        server.acceptor.start();
        return server;
    }

    private void acceptAll() {
        while (listener.isOpen()) {
            SocketChannel channel;
            try {
                channel = listener.accept();
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // Usually there is no free file descriptor: wait until others have been closed.
                LOG.warn("control socket: cannot accept: {}", e.getMessage());
                pause();
                continue;
            }
            try {
                workers.execute(() -> serve(channel));
            } catch (RejectedExecutionException e) {
                refuse(channel);
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void refuse(SocketChannel channel) {
        try (FrameChannel frames = FrameChannel.over(channel, Duration.ofMillis(100))) {
            send(
                    frames,
                    Answer.error(
                            Answer.FAILURE,
                            "lvsd: " + MAX_CONNECTIONS
                                    + " control connections are open, which is the limit; try again"));
        } catch (IOException e) {
            LOG.debug("control socket: a refused connection has been closed by its client", e);
        }
    }

    private void serve(SocketChannel channel) {
        try (FrameChannel frames = FrameChannel.over(channel, limits.request())) {
            Answer answer = answer(frames);
            frames.within(limits.answer());
            send(frames, answer);
        } catch (EOFException | AsynchronousCloseException e) {
            LOG.debug("control socket: the tool has closed the connection", e);
        } catch (IOException e) {
            LOG.warn("control socket: {}", e.getMessage());
        }
    }

    private Answer answer(FrameChannel frames) throws IOException {
        try {
            List<String> arguments = readArguments(frames);
            return commands.run(arguments, () -> readInput(frames));
        } catch (ProtocolException | CharacterCodingException e) {
            LOG.debug("control socket: refused a request: {}", describe(e));
            return Answer.error(Answer.FAILURE, "lvsd: " + describe(e));
        } catch (SocketTimeoutException e) {
            LOG.debug("control socket: a request did not arrive in time");
            return Answer.error(Answer.FAILURE, "lvsd: the request did not arrive in time");
        } catch (RuntimeException e) {
            LOG.error("control socket: a command failed unexpectedly", e);
            return Answer.error(Answer.FAILURE, "lvsd: the command failed: " + e);
        }
    }

    private static String describe(IOException e) {
        return e instanceof CharacterCodingException ? "the text is not UTF-8" : String.valueOf(e.getMessage());
    }

    private static List<String> readArguments(FrameChannel frames) throws IOException {
        FrameChannel.Frame hello = frames.read();
        if (hello.type() != FrameType.HELLO) {
            throw new ProtocolException("expected a greeting, got " + hello.type());
        }
        String version = decode(hello.payload(), hello.payload().length);
        if (!version.equals(VERSION)) {
            throw new ProtocolException("lvsadm and lvsd are of different releases: expected protocol " + VERSION);
        }
        List<String> arguments = new ArrayList<>();
        while (true) {
            FrameChannel.Frame frame = frames.read();
            if (frame.type() == FrameType.RUN) {
                return arguments;
            }
            if (frame.type() != FrameType.ARGUMENT) {
                throw new ProtocolException("expected an argument, got " + frame.type());
            }
            if (arguments.size() == MAX_ARGUMENTS) {
                throw new ProtocolException("more than " + MAX_ARGUMENTS + " arguments");
            }
            arguments.add(decode(frame.payload(), frame.payload().length));
        }
    }

    private String readInput(FrameChannel frames) throws IOException {
        frames.within(limits.input());
        frames.write(FrameType.INPUT_WANTED, new byte[0]);
        byte[] text = new byte[8192];
        int length = 0;
        while (true) {
            FrameChannel.Frame frame = frames.read();
            if (frame.type() == FrameType.INPUT_END) {
                return decode(text, length);
            }
            if (frame.type() != FrameType.INPUT) {
                throw new ProtocolException("expected standard input, got " + frame.type());
            }
            byte[] piece = frame.payload();
            if (piece.length > MAX_INPUT_BYTES - length) {
                throw new ProtocolException("standard input is longer than " + MAX_INPUT_BYTES + " bytes");
            }
            if (piece.length > text.length - length) {
                text = Arrays.copyOf(text, Math.min(MAX_INPUT_BYTES, (length + piece.length) * 2));
            }
            System.arraycopy(piece, 0, text, length, piece.length);
            length += piece.length;
        }
    }

    private static String decode(byte[] bytes, int length) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes, 0, length))
                .toString();
    }

    private static void send(FrameChannel frames, Answer answer) throws IOException {
        frames.writeAll(FrameType.OUTPUT, answer.output().getBytes(StandardCharsets.UTF_8));
        frames.writeAll(FrameType.ERROR, answer.error().getBytes(StandardCharsets.UTF_8));
        frames.write(FrameType.EXIT, new byte[] {(byte) answer.exitCode()});
    }

    /** Stops listening and removes the socket. Running commands are not interrupted. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            LOG.warn("control socket: {}", e.getMessage());
        }
        workers.shutdown();
        socket.close();
    }
}
