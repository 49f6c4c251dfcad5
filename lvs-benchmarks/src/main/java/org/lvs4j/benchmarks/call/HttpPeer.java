package org.lvs4j.benchmarks.call;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.lvs4j.Director;
import org.lvs4j.netty.http.BalancedHttpClient;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The clients of HTTP. */
public enum HttpPeer {
    /** The client of the JDK. */
    PLAIN {
        @Override
        Sender sender(String server) {
            HttpClient client = HttpClient.newHttpClient();
            return request -> client.send(request, BodyHandlers.ofString());
        }
    },

    /** {@code BalancedHttpClient}, with the server as the only one of its service. */
    LVS4J {
        @Override
        Sender sender(String server) {
            ServiceKey service = ServiceKey.named("orders");
            Director director = Director.builder().linger(false).build();
            director.addService(VirtualService.of(service, "wlc"), RealServer.of(server));
            BalancedHttpClient client =
                    BalancedHttpClient.builder(director, service).build();
            return new Sender() {
                @Override
                public HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
                    return client.send(request, BodyHandlers.ofString());
                }

                @Override
                public void close() {
                    client.close();
                }
            };
        }
    };

    /** Sends requests. */
    @FunctionalInterface
    interface Sender {
        HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException;

        default void close() {}
    }

    abstract Sender sender(String server);
}
