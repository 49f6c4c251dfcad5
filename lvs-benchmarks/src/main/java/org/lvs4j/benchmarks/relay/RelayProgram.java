package org.lvs4j.benchmarks.relay;

import java.util.concurrent.CountDownLatch;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The relay of this library with its defaults, on one event loop. Arguments: transport, port, port of the servers. */
final class RelayProgram {
    private RelayProgram() {}

    public static void main(String[] args) throws InterruptedException {
        String address = "127.0.0.1:" + args[1];
        RealServer[] servers = RelayPeer.SERVERS.stream()
                .map(server -> RealServer.of(server + ":" + args[2]))
                .toArray(RealServer[]::new);
        Director director = Director.create();
        director.addService(
                VirtualService.builder(ServiceKey.tcp(address)).scheduler("rr").build(), servers);
        director.addService(
                VirtualService.builder(ServiceKey.udp(address)).scheduler("rr").build(), servers);
        try (Relay relay = Relay.builder(director)
                .transport(Transport.valueOf(args[0]))
                .threads(1)
                .start()) {
            System.out.println("relaying at " + Endpoint.of(relay.address(ServiceKey.tcp(address))));
            new CountDownLatch(1).await();
        }
    }
}
