package org.lvs4j.examples.embedded;

import java.util.concurrent.CountDownLatch;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.discovery.Discovery;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.discovery.DnsSource;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Finds the servers of a pool in the domain name system, and looks again when the TTLs of the records are over. */
public final class DnsPool {
    private DnsPool() {}

    /** Places a connection on a server of {@code orders.example}, as the name server at {@code args[0]} knows it. */
    public static void main(String[] args) throws InterruptedException {
        ServiceKey orders = ServiceKey.named("orders");
        Director director = Director.create();
        director.addService(VirtualService.of(orders, "wlc"));
        CountDownLatch found = new CountDownLatch(1);
        director.addListener(change -> found.countDown());

        ServerSource source = DnsSource.addresses("orders.example", 8080).toBuilder()
                .nameServers(Endpoint.parse(args[0])) // by default those of the system
                .build();
        try (Discovery discovery = Discovery.builder(director, orders, source).start()) {
            found.await(); // an application would rather start without servers, and fail calls until there are some
            try (Connection connection = director.open(orders)) {
                System.out.println("a connection goes to " + connection.destination());
            }
            System.out.println(discovery.snapshot().servers().size() + " servers");
        }
    }
}
