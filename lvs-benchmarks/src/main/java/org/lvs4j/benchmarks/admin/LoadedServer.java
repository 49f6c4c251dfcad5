package org.lvs4j.benchmarks.admin;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import org.lvs4j.Director;
import org.lvs4j.admin.AdminServer;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Relay;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A relay in front of an echo server, with two admin endpoints: one with the default limit, one without a limit. */
final class LoadedServer {
    private static final int NO_LIMIT = 1_000_000;

    private LoadedServer() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        ServerSocket echo = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        daemon(() -> accept(echo));
        Endpoint server = Endpoint.parse("127.0.0.1:" + echo.getLocalPort());
        ServerSocket silent = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        ServiceKey key = ServiceKey.tcp("127.0.0.1:0");
        Director director = Director.create();
        director.addService(VirtualService.of(key), RealServer.of(server));
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
                    + silent.getLocalPort() + " /api/v1/services/tcp:127.0.0.1:0/servers/" + server);
            new CountDownLatch(1).await();
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    private static void accept(ServerSocket listener) {
        while (true) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                daemon(() -> {
                    try (socket) {
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    } catch (IOException e) {
                        // The relay has ended the connection.
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }
}
