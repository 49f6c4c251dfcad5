package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.netty.Transport;

/** WebSocket clients of the JDK, and two servers that echo lines, behind {@code lvsd}. */
@Timeout(120)
class WebSocketIT {
    private static final int CLIENTS = 6;
    private static final int MESSAGES = 500;

    @TempDir
    private Path directory;

    private final List<ServerProgram> servers = new ArrayList<>();
    private final List<Integer> serverPorts = new ArrayList<>();
    private int port;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        String program = Programs.require("websocketd", "websocketd").toString();
        port = FreePort.next();
        for (int i = 0; i < 2; i++) {
            int serverPort = FreePort.next();
            List<String> command = List.of(program, "--address=127.0.0.1", "--port=" + serverPort, "--passenv=", "cat");
            servers.add(ServerProgram.start(
                    "websocketd", ServerProgram.home(directory, "websocketd"), serverPort, command));
            serverPorts.add(serverPort);
        }
    }

    @AfterEach
    void stop() {
        servers.forEach(ServerProgram::close);
    }

    /** Collects the messages of a connection. */
    private static final class Heard implements WebSocket.Listener {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final StringBuilder partial = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            partial.append(part);
            if (last) {
                messages.add(partial.toString());
                partial.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            messages.add("(closed)");
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            messages.add("(" + error + ")");
        }

        String next() throws InterruptedException {
            return String.valueOf(messages.poll(30, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"AUTO", "IO_URING", "NIO"})
    void messages_severalClients_echoedInOrder(Transport transport) throws Exception {
        String rules = """
                -A -t 127.0.0.1:%1$d -s rr
                -a -t 127.0.0.1:%1$d -r 127.0.0.1:%2$d -m
                -a -t 127.0.0.1:%1$d -r 127.0.0.1:%3$d -m
                """.formatted(port, serverPorts.get(0), serverPorts.get(1));
        Path file = Files.writeString(directory.resolve("websocket.rules"), rules);
        HttpClient http = HttpClient.newHttpClient();
        List<WebSocket> clients = new ArrayList<>();
        List<Heard> heard = new ArrayList<>();
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, file, Programs.transportOption(transport))) {
            for (int i = 0; i < CLIENTS; i++) {
                heard.add(new Heard());
                clients.add(http.newWebSocketBuilder()
                        .buildAsync(URI.create("ws://127.0.0.1:" + port + "/"), heard.get(i))
                        .join());
            }
            String listing = lvsd.listing("-L", "-n");
            for (int serverPort : serverPorts) {
                assertThat(listing).containsPattern("127.0.0.1:" + serverPort + " +Masq +1 +3 +0 ");
            }
            for (int message = 0; message < MESSAGES; message++) {
                String text = "message " + message + " " + "x".repeat(message * 20);
                for (WebSocket client : clients) {
                    client.sendText(text, true).join();
                }
                for (Heard answers : heard) {
                    assertThat(answers.next()).isEqualTo(text);
                }
            }
            for (WebSocket client : clients) {
                client.sendClose(WebSocket.NORMAL_CLOSURE, "done").join();
            }
            for (Heard answers : heard) {
                assertThat(answers.next()).isEqualTo("(closed)");
            }
        }
    }
}
