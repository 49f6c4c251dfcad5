package org.lvs4j.netty.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lvs4j.Director;
import org.lvs4j.DrainOptions;
import org.lvs4j.UnavailableException;
import org.lvs4j.service.RealServer;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Reactor Netty as an example of a library that takes a resolver. */
@Tag("slow")
@Timeout(60)
final class ReactorNettyTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<HttpServer> servers = new ArrayList<>();

    private RealServer start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 100);
        server.createContext("/", exchange -> {
            byte[] body = String.valueOf(exchange.getLocalAddress().getPort()).getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.setExecutor(threads);
        server.start();
        servers.add(server);
        return RealServer.of("127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
        threads.shutdownNow();
    }

    private static HttpClient client(ConnectionProvider connections, DirectorAddressResolverGroup resolvers) {
        return HttpClient.create(connections)
                .resolver(resolvers)
                .doOnChannelInit(
                        (observer, channel, remote) -> channel.pipeline().addFirst(resolvers.handler()));
    }

    private static String get(HttpClient client) {
        return client.get()
                .uri("http://orders/")
                .responseContent()
                .aggregate()
                .asString()
                .block(Duration.ofSeconds(Clients.TIMEOUT_SECONDS));
    }

    @Test
    void newConnections_threeServers_eachInTurnAndCountedExactly() throws Exception {
        Director director = Clients.director("rr", start(), start(), start());
        DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
        HttpClient client = client(ConnectionProvider.newConnection(), resolvers);
        Map<String, Integer> ports = new TreeMap<>();
        for (int i = 0; i < 9; i++) {
            ports.merge(get(client), 1, Integer::sum);
        }
        assertThat(ports)
                .hasSize(3)
                .allSatisfy((port, count) -> assertThat(count).isEqualTo(3));
        Clients.awaitNothingCounted(director);
        assertThat(resolvers.unclaimed()).isZero();
        resolvers.close();
    }

    @Test
    void pool_channelsCountedUntilItIsDisposed() throws Exception {
        RealServer drained = start();
        Director director = Clients.director("rr", drained, start());
        DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
        ConnectionProvider pool = ConnectionProvider.create("orders", 4);
        HttpClient client = client(pool, resolvers);
        List<String> ports = Flux.range(0, 20)
                .flatMap(
                        i -> client.get()
                                .uri("http://orders/")
                                .responseContent()
                                .aggregate()
                                .asString(),
                        4)
                .collectList()
                .block(Duration.ofSeconds(Clients.TIMEOUT_SECONDS));
        assertThat(ports).hasSize(20);
        assertThat(Clients.counted(director)).isBetween(1, 4);
        director.drain(Clients.ORDERS, drained.endpoint(), new DrainOptions(Duration.ZERO, Duration.ZERO));
        // Its channels are closed within a second.
        Clients.await(
                "the drained one is left",
                () -> Clients.server(director, drained).active() == 0);
        for (int i = 0; i < 8; i++) {
            assertThat(get(client))
                    .isNotEqualTo(String.valueOf(drained.endpoint().port()));
        }
        pool.disposeLater().block(Duration.ofSeconds(Clients.TIMEOUT_SECONDS));
        Clients.awaitNothingCounted(director);
        assertThat(resolvers.unclaimed()).isZero();
        resolvers.close();
    }

    @Test
    void serverRefuses_theNextAddressIsConnected() throws Exception {
        RealServer up = start();
        Director director = Clients.director("rr", EchoServer.closed(), up);
        DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
        HttpClient client = client(ConnectionProvider.newConnection(), resolvers);
        List<String> ports = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ports.add(get(client));
        }
        assertThat(ports)
                .isEqualTo(Collections.nCopies(4, String.valueOf(up.endpoint().port())));
        Clients.awaitNothingCounted(director);
        resolvers.close();
    }

    @Test
    void noServer_unavailable() {
        Director director = Clients.director("rr");
        DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
        assertThatThrownBy(() -> get(client(ConnectionProvider.newConnection(), resolvers)))
                .isInstanceOf(UnavailableException.class);
        resolvers.close();
    }
}
