package org.lvs4j.examples.embedded;

import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Balances the connections of an application: lvs-core alone, no proxy, and no sockets but the application's. */
public final class BalancedClient {
    private BalancedClient() {}

    /** Places six connections on three servers of weight 3, 2 and 1. */
    public static void main(String[] args) {
        ServiceKey database = ServiceKey.named("database");
        Director director = Director.create();
        director.addService(
                VirtualService.builder(database).scheduler("wrr").build(),
                RealServer.builder("10.0.0.11:5432").weight(3).build(),
                RealServer.builder("10.0.0.12:5432").weight(2).build(),
                RealServer.builder("10.0.0.13:5432").weight(1).build());

        for (int i = 1; i <= 6; i++) {
            try (Connection connection = director.open(database)) {
                // The application connects its own socket to connection.destination() here.
                System.out.println("connection " + i + " goes to " + connection.destination());
            }
        }
        for (ServerSnapshot server : director.services().get(0).servers()) {
            System.out.println(server.server().endpoint() + " weight "
                    + server.server().weight() + ": " + server.traffic().connections() + " connections");
        }
    }
}
