package org.lvs4j.benchmarks.admin;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.lvs4j.Director;
import org.lvs4j.admin.AdminServer;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Relay;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * A relay in front of an echo server and a small HTTP server, with two admin endpoints: one with the default limit, one
 * without a limit. It prints the address of the relayed echo server, the ports of the endpoints and of a socket that takes
 * no request, the path of a request for the endpoints, and the address of the relayed HTTP server.
 */
final class LoadedServer {
    private static final int NO_LIMIT = 1_000_000;
    /** The last four bytes of a request. */
    static final int END = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

    private static final byte[] HTTP_ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n".getBytes(StandardCharsets.US_ASCII);

    private LoadedServer() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        ServerSocket echo = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        daemon(() -> accept(echo, socket -> socket.getInputStream().transferTo(socket.getOutputStream())));
        ServerSocket http = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        daemon(() -> accept(http, LoadedServer::answer));
        Endpoint server = Endpoint.parse("127.0.0.1:" + echo.getLocalPort());
        ServerSocket silent = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        ServiceKey key = ServiceKey.tcp("127.0.0.1:0");
        Director director = Director.create();
        director.addService(VirtualService.of(key), RealServer.of(server));
        ServiceKey httpKey = ServiceKey.tcp("127.0.0.2:0");
        director.addService(VirtualService.of(httpKey), RealServer.of("127.0.0.1:" + http.getLocalPort()));
        try (Relay relay = Relay.builder(director).threads(1).start();
                AdminServer limited = AdminServer.builder(director)
                        .listen("127.0.0.1:0")
                        .relay(relay)
                        .start();
                AdminServer unlimited = AdminServer.builder(director)
                        .listen("127.0.0.1:0")
                        .requestsPerSecond(NO_LIMIT)
                        .start()) {
            System.out.println(Endpoint.of(relay.address(key)) + " " + limited.port() + " " + unlimited.port() + " "
                    + silent.getLocalPort() + " /api/v1/services/tcp:127.0.0.1:0/servers/" + server + " "
                    + Endpoint.of(relay.address(httpKey)));
            new CountDownLatch(1).await();
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    private interface Server {
        void serve(Socket socket) throws IOException;
    }

    private static void accept(ServerSocket listener, Server server) {
        while (true) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                daemon(() -> {
                    try (socket) {
                        server.serve(socket);
                    } catch (IOException e) {
                        // The relay has ended the connection.
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    /** Answers each request, of which the end is all that matters. */
    private static void answer(Socket socket) throws IOException {
        InputStream input = new BufferedInputStream(socket.getInputStream());
        OutputStream output = socket.getOutputStream();
        int last = 0;
        for (int next = input.read(); next >= 0; next = input.read()) {
            last = last << 8 | next;
            if (last == END) {
                output.write(HTTP_ANSWER);
            }
        }
    }
}
