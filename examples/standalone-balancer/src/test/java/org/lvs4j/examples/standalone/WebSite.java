package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Three nginx servers named a, b and c, and an address for the balancer in front of them. */
final class WebSite implements AutoCloseable {
    private final Path directory;
    private final Nginx[] servers = new Nginx[3];
    private final int port;

    WebSite(Path directory, Path files) throws IOException, InterruptedException {
        this.directory = directory;
        for (int i = 0; i < servers.length; i++) {
            servers[i] = Nginx.start(String.valueOf((char) ('a' + i)), directory, files);
        }
        port = FreePort.next();
    }

    Nginx server(int index) {
        return servers[index];
    }

    /** The address of the service. */
    String service() {
        return "127.0.0.1:" + port;
    }

    String url() {
        return "http://" + service() + "/";
    }

    /** Rules with these weights for a, b and c; without a server whose weight is negative. */
    String rules(String scheduler, int... weights) {
        StringBuilder text = new StringBuilder("-A -t " + service() + " -s " + scheduler + "\n");
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] >= 0) {
                text.append("-a -t ").append(service()).append(" -r ").append(servers[i].endpoint());
                text.append(" -m -w ").append(weights[i]).append('\n');
            }
        }
        return text.toString();
    }

    Path rulesFile(String scheduler, int... weights) throws IOException {
        return Files.writeString(directory.resolve("site.rules"), rules(scheduler, weights));
    }

    /** Sends requests by curl one after the other, each on a new connection; none may fail. */
    TreeMap<String, Long> request(int count) throws IOException, InterruptedException {
        Programs.Result result = Programs.run(
                Programs.require("curl", "curl").toString(),
                "--silent",
                "--show-error",
                "--fail",
                "--max-time",
                "30",
                "--header",
                "Connection: close",
                url() + "?[1-" + count + "]");
        assertThat(result.error()).isEmpty();
        assertThat(result.exitCode()).isZero();
        List<String> names = result.output().lines().toList();
        assertThat(names).hasSize(count);
        return names.stream().collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    }

    /** Opens a persistent connection. */
    HeldConnection hold() throws IOException {
        return new HeldConnection(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** A persistent (keep-alive) connection to the service. */
    record HeldConnection(Socket socket) implements AutoCloseable {
        /** The name of the server that answers. */
        String request() throws IOException {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(answer.readLine()).isEqualTo("HTTP/1.1 200 OK");
            String header = answer.readLine();
            while (header != null && !header.isEmpty()) {
                header = answer.readLine();
            }
            return String.valueOf(answer.readLine());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Override
    public void close() {
        for (Nginx server : servers) {
            if (server != null) {
                server.close();
            }
        }
    }
}
