package org.lvs4j.replay.health;

import static java.util.Objects.requireNonNullElse;

import java.util.Locale;

/**
 * A mail server. Options {@code banner}, {@code helo} and {@code quit} are its replies, {@code ~} in them ends a line.
 * Modes: {@code stall-accept} says and reads nothing, {@code stall-helo} and {@code stall-quit} read these commands and
 * do not reply.
 */
final class SmtpServer extends StreamServer {
    private boolean waits;

    SmtpServer(SimulatedServer server) {
        super(server);
    }

    @Override
    public void accepted(Channel channel) {
        if (!server.is("stall-accept")) {
            channel.send(server.millis("delay"), reply("banner", "220 mail.example.com ESMTP"));
            waits = true;
        }
    }

    private java.nio.ByteBuffer reply(String option, String usual) {
        return bytes(requireNonNullElse(server.option(option), usual).replace("~", "\r\n") + "\r\n");
    }

    @Override
    void line(Channel channel, String line) {
        channel.record("request " + server.address() + " " + line);
        String verb = line.toUpperCase(Locale.ROOT);
        boolean quit = verb.startsWith("QUIT");
        if (server.is(quit ? "stall-quit" : "stall-helo")) {
            waits = false;
            return;
        }
        channel.send(0, quit ? reply("quit", "221 bye") : reply("helo", "250 mail.example.com"));
        if (quit) {
            waits = false;
            channel.close(0);
        }
    }

    @Override
    public void clientClosed(Channel channel) {
        if (waits) {
            channel.record("client-close " + server.address());
        }
    }
}
