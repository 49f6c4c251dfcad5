package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of the control socket and its one command. The selector's thread owns it; the thread that executes the
 * command only adds frames to {@link #outgoing} and calls {@link #finish}.
 */
final class ControlConnection {
    static final int MAX_ARGUMENTS = 64;

    /** The longest command line in UTF-8. */
    static final int MAX_COMMAND_BYTES = 64 * 1024;

    private static final byte[] NOTHING = {};
    private static final Logger LOG = LoggerFactory.getLogger(ControlConnection.class);

    /** What the connection waits for. */
    enum Phase {
        /** The client's command line. */
        COMMAND,
        /** The size of standard input. */
        INPUT_SIZE,
        /** Memory for standard input. */
        MEMORY,
        /** Standard input. */
        INPUT,
        /** The command's end. */
        EXECUTION,
        /** The client to take the answer. */
        ANSWER,
        CLOSED
    }

    /** Set by the thread of the command, read by the selector's thread. */
    private volatile boolean finished;

    private final SocketChannel channel;
    private final SharedBufferChannel bytes;
    private final SelectionKey key;
    private final ControlServer server;
    private final FrameBuffer received = new FrameBuffer();
    private final OutgoingFrames outgoing = new OutgoingFrames();
    private final List<String> arguments = new ArrayList<>();
    private int commandBytes;
    private boolean greeted;
    private boolean takeover;
    private byte[] input = NOTHING;
    private int inputSize;
    private int inputBytes;
    private Phase phase = Phase.COMMAND;
    private long deadlineNanos;
    private int bytesAtWindow;
    private long progressNanos = System.nanoTime();
    private long sentNanos = progressNanos;

    ControlConnection(SocketChannel channel, SelectionKey key, ControlServer server) {
        this.channel = channel;
        bytes = new SharedBufferChannel(channel, server.buffer());
        this.key = key;
        this.server = server;
        within(server.limits().command());
        key.interestOps(SelectionKey.OP_READ);
    }

    private void within(Duration limit) {
        deadlineNanos = System.nanoTime() + limit.toNanos();
    }

    Phase phase() {
        return phase;
    }

    List<String> arguments() {
        return arguments;
    }

    byte[] input() {
        return input;
    }

    int inputSize() {
        return inputSize;
    }

    OutgoingFrames outgoing() {
        return outgoing;
    }

    /** For how long the client has neither sent nor taken bytes that it should; 0 if the daemon is to act. */
    long idleNanos(long nowNanos) {
        boolean clientsTurn = phase == Phase.COMMAND || phase == Phase.INPUT_SIZE || phase == Phase.ANSWER;
        return clientsTurn ? nowNanos - progressNanos : 0;
    }

    /** Takes what the client has sent. */
    void receive() {
        try {
            int count = received.receive(bytes);
            if (count < 0) {
                close();
                return;
            }
            progressNanos = System.nanoTime();
            for (Frame frame = received.next(); frame != null && phase != Phase.CLOSED; frame = received.next()) {
                accept(frame);
            }
        } catch (ProtocolException e) {
            refuse(String.valueOf(e.getMessage()));
        } catch (CharacterCodingException e) {
            refuse("the text is not UTF-8");
        } catch (IOException e) {
            LOG.debug("control socket: a client has gone", e);
            close();
        }
    }

    private void accept(Frame frame) throws IOException {
        switch (phase) {
            case COMMAND -> acceptCommand(frame);
            case INPUT_SIZE -> {
                long size = frame.payload().length == Long.BYTES
                        ? ByteBuffer.wrap(frame.payload()).getLong()
                        : -1;
                if (frame.type() != FrameType.INPUT_SIZE || size < 0) {
                    throw new ProtocolException("expected the size of standard input, got " + frame.type());
                } else if (size > ControlServer.MAX_INPUT_BYTES) {
                    throw new ProtocolException("standard input is longer than " + ControlServer.MAX_INPUT_BYTES
                            + " bytes, the limit of rules");
                }
                inputSize = (int) size;
                phase = Phase.MEMORY;
                server.awaitMemory(this);
            }
            case INPUT -> acceptInput(frame);
            case ANSWER -> {
                // A refused client may still be sending.
            }
            default -> throw new ProtocolException("expected nothing, got " + frame.type());
        }
    }

    private void acceptCommand(Frame frame) throws IOException {
        if (!greeted) {
            if (frame.type() != FrameType.HELLO) {
                throw new ProtocolException("expected a greeting, got " + frame.type());
            }
            greet(frame.text());
        } else if (frame.type() == FrameType.ARGUMENT) {
            commandBytes += frame.payload().length;
            if (arguments.size() == MAX_ARGUMENTS) {
                throw new ProtocolException("more than " + MAX_ARGUMENTS + " arguments");
            } else if (commandBytes > MAX_COMMAND_BYTES) {
                throw new ProtocolException("a command line of more than " + MAX_COMMAND_BYTES + " bytes");
            }
            arguments.add(frame.text());
        } else if (frame.type() != FrameType.RUN) {
            throw new ProtocolException("expected an argument, got " + frame.type());
        } else if (takeover) {
            server.handOver(this);
        } else if (server.kind(arguments) == ControlCommands.Kind.CHANGE_WITH_INPUT) {
            phase = Phase.INPUT_SIZE;
            within(server.limits().input());
            send(FrameType.INPUT_WANTED);
        } else {
            phase = Phase.EXECUTION;
            server.execute(this);
        }
    }

    private void greet(String version) throws ProtocolException {
        takeover = version.startsWith(Handover.NAME);
        if (takeover && !version.equals(Handover.VERSION)) {
            throw new ProtocolException("the two lvsd are of different releases: expected " + Handover.VERSION
                    + "; stop the old one before the new one starts");
        } else if (!takeover && !version.equals(ControlServer.VERSION)) {
            throw new ProtocolException(
                    "lvsadm and lvsd are of different releases: expected protocol " + ControlServer.VERSION);
        }
        greeted = true;
    }

    /** Leaves the open socket to another thread. */
    SocketChannel detach() {
        phase = Phase.CLOSED;
        key.cancel();
        outgoing.close();
        server.forget(this);
        return channel;
    }

    /** Lets the client send standard input, for which there is memory now. */
    void grantInput() {
        input = new byte[inputSize];
        phase = Phase.INPUT;
        bytesAtWindow = 0;
        within(server.limits().input());
        send(FrameType.INPUT_GRANTED);
    }

    private void acceptInput(Frame frame) throws IOException {
        if (frame.type() == FrameType.INPUT) {
            if (frame.payload().length > inputSize - inputBytes) {
                throw new ProtocolException("standard input is longer than its announced size");
            }
            System.arraycopy(frame.payload(), 0, input, inputBytes, frame.payload().length);
            inputBytes += frame.payload().length;
        } else if (frame.type() != FrameType.INPUT_END || inputBytes != inputSize) {
            throw new ProtocolException("expected standard input, got " + frame.type());
        } else {
            phase = Phase.EXECUTION;
            server.execute(this);
        }
    }

    private void send(FrameType type) {
        outgoing.add(type, NOTHING, 0, 0);
        transmit();
    }

    /** Sends what the client takes of the answer, and closes the connection after its end. */
    void transmit() {
        if (phase == Phase.CLOSED) {
            return;
        }
        if (finished && phase == Phase.EXECUTION) {
            phase = Phase.ANSWER;
            server.releaseMemory(this);
        }
        try {
            if (outgoing.sendTo(bytes) > 0) {
                progressNanos = System.nanoTime();
                sentNanos = progressNanos;
            }
            boolean everything = outgoing.isEmpty();
            if (everything && phase == Phase.ANSWER) {
                close();
            } else {
                key.interestOps(SelectionKey.OP_READ | (everything ? 0 : SelectionKey.OP_WRITE));
            }
        } catch (IOException e) {
            LOG.debug("control socket: a client has gone", e);
            close();
        }
    }

    /** Ends a wait that takes too long, and shows a waiting client that the daemon is alive. */
    void look(long nowNanos) {
        if (outgoing.isClosed()) {
            close();
        }
        boolean late = nowNanos - deadlineNanos >= 0;
        switch (phase) {
            case COMMAND, INPUT_SIZE -> {
                if (late) {
                    refuse("the request did not arrive in time");
                }
            }
            case INPUT -> {
                if (late && inputBytes - bytesAtWindow < Math.min(inputSize, ControlServer.MIN_INPUT_BYTES)) {
                    refuse("standard input did not arrive in time");
                } else if (late) {
                    bytesAtWindow = inputBytes;
                    within(server.limits().input());
                }
            }
            case MEMORY, EXECUTION -> {
                if (nowNanos - sentNanos >= ControlServer.WAIT_INTERVAL.toNanos() && outgoing.isEmpty()) {
                    sentNanos = nowNanos;
                    send(FrameType.WAIT);
                }
            }
            case ANSWER -> {
                if (nowNanos - progressNanos >= server.limits().answer().toNanos()) {
                    close();
                }
            }
            case CLOSED -> {}
        }
    }

    /** Answers with an error instead of executing a command. */
    void refuse(String reason) {
        LOG.debug("control socket: refused a request: {}", reason);
        if (phase == Phase.ANSWER) {
            close();
            return;
        }
        boolean executing = phase == Phase.EXECUTION;
        if (executing) {
            // The client has broken the protocol while its command is on its way.
            close();
            return;
        }
        server.countRefused();
        server.releaseMemory(this);
        phase = Phase.ANSWER;
        addEnd(Answer.error(Answer.FAILURE, "lvsd: " + reason));
        transmit();
    }

    /** Ends the answer. Called by the thread of the command. */
    void finish(Answer answer) {
        try {
            addText(FrameType.OUTPUT, answer.output());
            addEnd(answer);
            finished = true;
            server.attend(this);
        } catch (OutOfMemoryError e) {
            // There is no memory for an answer: the selector's thread closes the connection.
            outgoing.close();
        }
    }

    private void addEnd(Answer answer) {
        addText(FrameType.ERROR, answer.error());
        outgoing.add(FrameType.EXIT, new byte[] {(byte) answer.exitCode()}, 0, 1);
    }

    private void addText(FrameType type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += Frame.MAX_PAYLOAD_BYTES) {
            outgoing.add(type, bytes, at, Math.min(Frame.MAX_PAYLOAD_BYTES, bytes.length - at));
        }
    }

    /** Whether the client has gone, so that its command need not be executed. */
    boolean isClosed() {
        return outgoing.isClosed();
    }

    /** Closes the connection. A command that is being executed continues, without a client. */
    void close() {
        if (phase != Phase.CLOSED) {
            if (phase != Phase.EXECUTION) {
                server.releaseMemory(this);
            }
            phase = Phase.CLOSED;
            key.cancel();
            outgoing.close();
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("control socket: close", e);
            }
            server.forget(this);
        }
    }
}
