package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Server-sent events of changes. */
final class EventStreamTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");

    private final Director director = Director.create();
    private final AdminServer server = AdminServer.start(director, "127.0.0.1:0");

    @AfterEach
    void close() {
        server.close();
    }

    /** A client that reads lines of a stream. */
    private static final class Stream implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader lines;

        Stream(AdminServer server, String... headers) throws IOException {
            socket = new AdminClient(server).connect();
            StringBuilder request = new StringBuilder("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n");
            for (String each : headers) {
                request.append(each).append("\r\n");
            }
            socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
            lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            while (!next().startsWith("retry:")) {
                // The head of the response, and the comment.
            }
        }

        String next() throws IOException {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("the stream has ended");
            }
            return line;
        }

        /** The values of the next events' lines of a kind. */
        List<String> values(String kind, int count) throws IOException {
            List<String> values = new ArrayList<>();
            while (values.size() < count) {
                String line = next();
                if (line.startsWith(kind + ": ")) {
                    values.add(line.substring(kind.length() + 2));
                }
            }
            return values;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private void weight(int weight) {
        director.editServer(
                ORDERS, RealServer.builder("10.0.0.1:80").weight(weight).build());
    }

    @Test
    void stream_changes_inOrder() throws Exception {
        try (Stream stream = new Stream(server)) {
            director.addService(VirtualService.of(ORDERS));
            director.addServer(ORDERS, RealServer.of("10.0.0.1:80"));
            weight(7);
            director.removeServer(ORDERS, RealServer.of("10.0.0.1:80").endpoint());
            director.removeService(ORDERS);

            List<String> data = stream.values("data", 5);
            assertThat(data.get(0)).contains("\"change\":\"service-added\"", "\"service\":\"name:orders\"");
            assertThat(data.get(1)).contains("\"change\":\"server-added\"", "\"server\":\"10.0.0.1:80\"");
            assertThat(data.get(2)).contains("\"weight\":7", "\"weightBefore\":1");
            assertThat(data.get(3)).contains("\"change\":\"server-removed\"");
            assertThat(data.get(4)).contains("\"change\":\"service-removed\"");
        }
    }

    @Test
    void stream_resumed_continuesAfterTheLastEvent() throws Exception {
        director.addService(VirtualService.of(ORDERS), RealServer.of("10.0.0.1:80"));
        String last;
        try (Stream stream = new Stream(server)) {
            weight(2);
            last = stream.values("id", 1).get(0);
        }
        weight(3);
        weight(4);
        try (Stream stream = new Stream(server, "Last-Event-ID: " + last)) {
            List<String> data = stream.values("data", 2);
            assertThat(data.get(0)).contains("\"weight\":3");
            assertThat(data.get(1)).contains("\"weight\":4");
        }
    }

    @Test
    void stream_tooSlow_toldHowManyItHasMissed() throws Exception {
        director.addService(VirtualService.of(ORDERS), RealServer.of("10.0.0.1:80"));
        String last;
        try (Stream stream = new Stream(server)) {
            weight(2);
            last = stream.values("id", 1).get(0);
        }
        for (int i = 0; i < 1500; i++) {
            weight(3 + i);
        }
        try (Stream stream = new Stream(server, "Last-Event-ID: " + last)) {
            assertThat(stream.values("data", 1).get(0)).isEqualTo("{\"count\":500}");
            assertThat(stream.values("data", 1000).get(999)).contains("\"weight\":1502");
        }
    }

    @Test
    void stream_eventOfAnotherProcess_everythingThatIsKnown() throws Exception {
        director.addService(VirtualService.of(ORDERS), RealServer.of("10.0.0.1:80"));
        try (Stream stream = new Stream(server, "Last-Event-ID: abc-17")) {
            assertThat(stream.values("data", 1).get(0)).contains("service-added");
        }
    }

    @Test
    void stream_eventThatNeverWas_nothingIsCountedAsMissed() throws Exception {
        director.addService(VirtualService.of(ORDERS), RealServer.of("10.0.0.1:80"));
        String last;
        try (Stream stream = new Stream(server)) {
            weight(2);
            last = stream.values("id", 1).get(0);
        }
        String process = last.substring(0, last.indexOf('-') + 1);
        for (String each : List.of("-5", "" + Long.MIN_VALUE, "x", "99999999999999999999")) {
            try (Stream stream = new Stream(server, "Last-Event-ID: " + process + each)) {
                assertThat(stream.values("data", 1).get(0)).as(each).contains("service-added");
            }
        }
        try (Stream stream = new Stream(server, "Last-Event-ID: " + process + Long.MAX_VALUE)) {
            weight(3);
            assertThat(stream.values("data", 1).get(0)).contains("\"weight\":3");
        }
    }

    @Test
    void close_openStream_ended() throws Exception {
        try (Stream stream = new Stream(server)) {
            server.close();
            assertThat(AdminClient.rest(stream.socket)).isIn("", "[reset]", "0\r\n\r\n");
        }
    }
}
