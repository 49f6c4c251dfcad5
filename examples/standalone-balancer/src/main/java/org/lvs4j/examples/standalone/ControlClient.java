package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sends one command line to a daemon and prints its answer. */
final class ControlClient {
    /** A daemon that has sent nothing for so long is not alive: it tells regularly that a command waits. */
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);

    private static final Set<String> READING_COMMANDS = Set.of("-R", "--restore", "--replace");

    private final String[] arguments;
    private final InputStream standardInput;
    private final OutputStream output;
    private final OutputStream error;
    private byte @Nullable [] input;

    private ControlClient(String[] arguments, InputStream standardInput, OutputStream output, OutputStream error) {
        this.arguments = arguments;
        this.standardInput = standardInput;
        this.output = output;
        this.error = error;
    }

    /** Standard output or error cannot be written. */
    static final class OutputException extends IOException {
        private static final long serialVersionUID = 1;

        OutputException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /**
     * Runs a command.
     *
     * @return the exit code
     * @throws OutputException if the answer cannot be written
     * @throws IOException if the daemon cannot be reached or does not speak the protocol
     */
    static int run(Path socket, String[] arguments, InputStream standardInput, OutputStream output, OutputStream error)
            throws IOException {
        ControlClient client = new ControlClient(arguments, standardInput, output, error);
        if (arguments.length > 0 && READING_COMMANDS.contains(arguments[0])) {
            // Before the connection: the writer of standard input may take its time.
            client.readInput();
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        try (FrameChannel frames = FrameChannel.over(channel, SILENCE_LIMIT)) {
            client.sendCommand(frames);
            return client.receiveAnswer(frames);
        }
    }

    private byte[] readInput() throws IOException {
        byte[] read = input;
        if (read == null) {
            try {
                read = standardInput.readNBytes(ControlServer.MAX_INPUT_BYTES + 1);
            } catch (IOException e) {
                throw new IOException("standard input cannot be read: " + e.getMessage(), e);
            }
            input = read;
        }
        return read;
    }

    private void sendCommand(FrameChannel frames) throws IOException {
        frames.write(FrameType.HELLO, ControlServer.VERSION.getBytes(StandardCharsets.UTF_8));
        for (String argument : arguments) {
            frames.write(FrameType.ARGUMENT, argument.getBytes(StandardCharsets.UTF_8));
        }
        frames.write(FrameType.RUN, new byte[0]);
    }

    private int receiveAnswer(FrameChannel frames) throws IOException {
        while (true) {
            Frame frame = frames.read();
            switch (frame.type()) {
                case OUTPUT -> print(output, frame.payload());
                case ERROR -> print(error, frame.payload());
                case WAIT -> {
                    // The command waits for others.
                }
                case INPUT_WANTED -> {
                    byte[] size = ByteBuffer.allocate(Long.BYTES)
                            .putLong(readInput().length)
                            .array();
                    frames.write(FrameType.INPUT_SIZE, size);
                }
                case INPUT_GRANTED -> {
                    frames.writeAll(FrameType.INPUT, readInput());
                    frames.write(FrameType.INPUT_END, new byte[0]);
                }
                case EXIT -> {
                    if (frame.payload().length != 1) {
                        throw new ProtocolException("the exit code is not one byte");
                    }
                    return frame.payload()[0] & 0xFF;
                }
                default -> throw new ProtocolException("lvsd sent a frame of type " + frame.type());
            }
        }
    }

    static void print(OutputStream stream, byte[] text) throws OutputException {
        try {
            stream.write(text);
        } catch (IOException e) {
            throw new OutputException(e);
        }
    }
}
