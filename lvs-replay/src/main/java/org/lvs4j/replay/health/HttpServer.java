package org.lvs4j.replay.health;

import static java.util.Objects.requireNonNullElse;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A web server. It answers once and closes.
 *
 * <p>Modes: {@code stall-accept} reads nothing, {@code stall} reads and does not answer, {@code drop} closes instead,
 * {@code reset} resets instead, {@code garbage} answers nonsense, {@code chunked} sends the body in chunks, {@code
 * nolength} sends no Content-Length, {@code short} and {@code long} send one that is too high or too low, {@code keep}
 * does not close, {@code slowbody} sends a byte of the body every {@code gap} milliseconds.
 */
final class HttpServer extends StreamServer {
    private static final String DEFAULT_BODY = "ok";

    private final List<String> request = new ArrayList<>();
    private boolean answered;

    HttpServer(SimulatedServer server) {
        super(server);
    }

    @Override
    void line(Channel channel, String line) {
        if (!line.isEmpty()) {
            request.add(line);
        } else if (!request.isEmpty() && !answered) {
            answered = true;
            channel.record("request " + server.address() + " " + String.join(" | ", request));
            String[] words = request.get(0).split(" ");
            answer(channel, words.length > 1 ? words[1] : "/");
        }
    }

    private void answer(Channel channel, String path) {
        String mode = requireNonNullElse(server.option(path, "mode"), "");
        String status = requireNonNullElse(server.option(path, "status"), "200");
        String body = requireNonNullElse(server.option(path, "body"), DEFAULT_BODY);
        long delay = SimulatedServer.number(server.option(path, "delay"));
        switch (mode) {
            case "stall" -> {}
            case "drop" -> channel.close(delay);
            case "reset" -> channel.reset();
            case "garbage" -> {
                channel.send(delay, bytes("\0\1\2 garbage \377\376\r\n"));
                channel.close(delay);
            }
            case "slowbody" -> {
                channel.send(delay, bytes(head(status, String.valueOf(body.length()))));
                long gap = SimulatedServer.number(server.option(path, "gap"));
                long time = delay;
                for (int i = 0; i < body.length(); i++) {
                    time += gap;
                    channel.send(time, bytes(body.substring(i, i + 1)));
                }
                channel.close(time);
            }
            default -> {
                channel.send(delay, bytes(text(mode, status, body)));
                if (!mode.equals("keep")) {
                    channel.close(delay);
                }
            }
        }
    }

    private static String text(String mode, String status, String body) {
        return switch (mode) {
            case "chunked" ->
                head(status, null).replaceFirst("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n")
                        + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
            case "nolength" -> head(status, null) + body;
            case "short" -> head(status, String.valueOf(body.length() + 10)) + body;
            case "long" -> head(status, String.valueOf(body.length() - 1)) + body;
            default -> head(status, String.valueOf(body.length())) + body;
        };
    }

    private static String head(String status, @Nullable String length) {
        return "HTTP/1.0 " + status + " OK\r\nContent-Type: text/plain\r\n"
                + (length == null ? "" : "Content-Length: " + length + "\r\n") + "Connection: close\r\n\r\n";
    }

    @Override
    public void clientClosed(Channel channel) {
        if (answered && server.is("keep")) {
            channel.record("client-close " + server.address());
        }
    }
}
