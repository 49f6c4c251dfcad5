package consumer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.lvs4j.Director;
import org.lvs4j.netty.Relay;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Relays one connection to one server. Exit status 0 if the client reads what the server has written. */
public final class Consumer {
    private Consumer() {}

    public static void main(String[] args) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = freePort();
            Director director = Director.create();
            director.addService(
                    VirtualService.builder(ServiceKey.tcp("127.0.0.1:" + port)).build(),
                    RealServer.builder("127.0.0.1:" + server.getLocalPort()).build());
            try (Relay relay = Relay.start(director);
                    Socket client = new Socket("127.0.0.1", port);
                    Socket accepted = server.accept()) {
                accepted.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
                accepted.shutdownOutput();
                String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!answer.equals("hello")) {
                    throw new IllegalStateException("the client has read \"" + answer + "\"");
                }
                Module core = Director.class.getModule();
                System.out.println("relayed on JDK " + Runtime.version().feature() + " by " + relay.transport() + ", "
                        + (core.isNamed() ? "modules" : "class path"));
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
