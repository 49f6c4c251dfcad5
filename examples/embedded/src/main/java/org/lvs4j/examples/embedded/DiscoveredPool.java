package org.lvs4j.examples.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.discovery.Discovery;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.netty.discovery.FileSource;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Finds the servers of a pool in a file, and follows its changes. For DNS only the source is another one. */
public final class DiscoveredPool {
    private DiscoveredPool() {}

    /** Lists two servers, then gives one of them another weight and replaces the other. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path file = Files.createTempFile("orders", ".json");
        Files.writeString(file, "[\"10.0.0.11:80\", \"10.0.0.12:80\"]");
        BlockingQueue<ConfigurationChange> changes = new LinkedBlockingQueue<>();

        ServiceKey orders = ServiceKey.named("orders");
        Director director = Director.create();
        director.addService(VirtualService.of(orders, "wlc"));
        director.addListener(changes::add);
        ServerSource source = FileSource.of(file);
        try (Discovery discovery = Discovery.builder(director, orders, source).start()) {
            for (int i = 0; i < 2; i++) {
                changes.take();
            }
            System.out.println(servers(director, orders));
            Files.writeString(file, "[{\"server\": \"10.0.0.11:80\", \"weight\": 3}, \"10.0.0.13:80\"]");
            for (int i = 0; i < 3; i++) {
                changes.take();
            }
            System.out.println(servers(director, orders));
            System.out.println(discovery.snapshot().failures() + " failures");
        }
        Files.delete(file);
    }

    private static String servers(Director director, ServiceKey key) {
        return director.configuration(key).servers().stream()
                .map(server -> server.endpoint() + " weight " + server.weight())
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
