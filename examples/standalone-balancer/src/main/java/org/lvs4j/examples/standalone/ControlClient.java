package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Sends one command line to a daemon and prints its answer. */
final class ControlClient {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

    private ControlClient() {}

    /**
     * Runs a command.
     *
     * @return the exit code
     * @throws IOException if the daemon cannot be reached or does not speak the protocol
     */
    static int run(Path socket, String[] arguments, InputStream input, PrintStream output, PrintStream error)
            throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        try (FrameChannel frames = FrameChannel.over(channel, ANSWER_LIMIT)) {
            sendCommand(frames, arguments);
            return receiveAnswer(frames, input, output, error);
        }
    }

    private static void sendCommand(FrameChannel frames, String[] arguments) throws IOException {
        frames.write(FrameType.HELLO, ControlServer.VERSION.getBytes(StandardCharsets.UTF_8));
        for (String argument : arguments) {
            frames.write(FrameType.ARGUMENT, argument.getBytes(StandardCharsets.UTF_8));
        }
        frames.write(FrameType.RUN, new byte[0]);
    }

    private static int receiveAnswer(FrameChannel frames, InputStream input, PrintStream output, PrintStream error)
            throws IOException {
        while (true) {
            FrameChannel.Frame frame = frames.read();
            switch (frame.type()) {
                case OUTPUT -> output.write(frame.payload());
                case ERROR -> error.write(frame.payload());
                case INPUT_WANTED -> {
                    byte[] text = input.readNBytes(ControlServer.MAX_INPUT_BYTES + 1);
                    frames.within(ANSWER_LIMIT);
                    frames.writeAll(FrameType.INPUT, text);
                    frames.write(FrameType.INPUT_END, new byte[0]);
                }
                case EXIT -> {
                    output.flush();
                    error.flush();
                    if (frame.payload().length != 1) {
                        throw new ProtocolException("the exit code is not one byte");
                    }
                    return frame.payload()[0] & 0xFF;
                }
                default -> throw new ProtocolException("lvsd sent a frame of type " + frame.type());
            }
        }
    }
}
