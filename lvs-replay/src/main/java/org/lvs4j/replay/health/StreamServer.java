package org.lvs4j.replay.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;

/** A server of a stream that reads lines. By itself it accepts, says what its option {@code hello} says, and waits. */
class StreamServer implements Conversation {
    final SimulatedServer server;
    private final StringBuilder input = new StringBuilder();

    StreamServer(SimulatedServer server) {
        this.server = server;
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    @Override
    public void accepted(Channel channel) {
        String hello = server.option("hello");
        if (hello != null) {
            channel.send(0, bytes(hello));
        }
    }

    @Override
    public final void received(Channel channel, ByteBuffer bytes) {
        if (server.is("stall-accept")) {
            return;
        }
        input.append(ISO_8859_1.decode(bytes));
        for (int end = input.indexOf("\n"); end >= 0; end = input.indexOf("\n")) {
            String line = input.substring(0, end).stripTrailing();
            input.delete(0, end + 1);
            line(channel, line);
        }
    }

    /** A line without its end. */
    void line(Channel channel, String line) {}

    @Override
    public void clientClosed(Channel channel) {}
}
