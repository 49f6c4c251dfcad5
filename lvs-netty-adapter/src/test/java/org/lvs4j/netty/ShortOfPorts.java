package org.lvs4j.netty;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;

/**
 * A program with a relay on a host with few local ports. Opens connections until the first server, which is preferred,
 * has more than there are local ports towards it. Then it removes the other one, opens one more, and prints the counters
 * and how that one has ended.
 *
 * <p>Arguments: the transport and the number of connections.
 */
final class ShortOfPorts {
    private ShortOfPorts() {}

    public static void main(String[] arguments) throws Exception {
        List<Socket> clients = new ArrayList<>();
        BlockingQueue<ConnectionRecord> ends = new LinkedBlockingQueue<>();
        try (TestServer preferred = TestServer.start();
                TestServer other = TestServer.start()) {
            Director director = Loopback.director(
                    VirtualService.builder(Loopback.SERVICE).scheduler("wrr").build());
            director.addServer(
                    Loopback.SERVICE,
                    RealServer.builder(preferred.address()).weight(1000).build());
            director.addServer(
                    Loopback.SERVICE,
                    RealServer.builder(other.address()).weight(1).build());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                    .transport(Transport.valueOf(arguments[0]))
                    .connectionLog(ends::add)
                    .start()) {
                int served = 0;
                for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                    Socket client = new Socket();
                    clients.add(client);
                    // Not one of the local ports of the system. Nothing else is in this namespace.
                    client.bind(new InetSocketAddress("127.0.0.1", 50_000 + i));
                    client.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
                    client.connect(relay.address(Loopback.SERVICE));
                    client.getOutputStream().write(i);
                    served += client.getInputStream().read() == i ? 1 : 0;
                }
                RelaySnapshot now = relay.snapshot();
                director.removeServer(Loopback.SERVICE, Endpoint.parse(other.address()));
                Loopback.assertReset(relay);
                System.out.println("served=" + served + " retried=" + (now.retries() > 0) + " local="
                        + (now.localFailures() == now.retries()) + " connectFailures=" + now.connectFailures()
                        + " other=" + (other.accepted.get() > 1) + " end="
                        + ends.take().end());
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }
}
