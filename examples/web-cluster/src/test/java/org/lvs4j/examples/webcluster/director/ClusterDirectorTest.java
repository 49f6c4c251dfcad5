package org.lvs4j.examples.webcluster.director;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.examples.webcluster.process.FreePorts;
import org.lvs4j.net.Endpoint;

@Timeout(60)
class ClusterDirectorTest {
    private static final String VIRTUAL = "127.0.0.1";
    private static final String FIRST = "127.0.1.21";
    private static final String SECOND = "127.0.1.22";
    private static final String THIRD = "127.0.1.23";

    @TempDir
    private Path directory;

    private final List<HttpServer> servers = new ArrayList<>();
    private int http;
    private int https;

    @BeforeEach
    void start() throws Exception {
        int[] ports = FreePorts.of(2, VIRTUAL, FIRST, SECOND, THIRD);
        http = ports[0];
        https = ports[1];
        for (String address : List.of(FIRST, SECOND, THIRD)) {
            HttpServer server = HttpServer.create(new InetSocketAddress(address, http), 0);
            server.createContext("/health", exchange -> {
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
            servers.add(server);
        }
    }

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    private ClusterConfiguration configuration(String... addresses) {
        ClusterConfiguration configuration = ClusterConfiguration.of(VIRTUAL, http, https);
        for (String address : addresses) {
            configuration = configuration.withServer("web" + address, address);
        }
        return configuration;
    }

    private ClusterDirector.Builder builder(ConfigurationFormat format) {
        return ClusterDirector.builder(directory.resolve(format.fileName()))
                .listen(Endpoint.parse(VIRTUAL + ":" + http))
                .listen(Endpoint.parse(VIRTUAL + ":" + https))
                .admin(VIRTUAL + ":0", null);
    }

    /** The addresses of the servers that get connections. */
    private static Set<String> inService(ClusterDirector director) {
        return director.service().servers().stream()
                .filter(server -> server.weight() > 0)
                .map(server -> server.server().endpoint().toString().replaceAll(":.*", ""))
                .collect(Collectors.toSet());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @ParameterizedTest
    @EnumSource
    void reload_serversChanged_addedAndRemovedButOneThatIsDownStaysDown(ConfigurationFormat format) throws Exception {
        configuration(FIRST, SECOND).write(directory);
        try (ClusterDirector director = builder(format).start()) {
            await(() -> inService(director).equals(Set.of(FIRST, SECOND)));
            servers.get(1).stop(0);
            await(() -> inService(director).equals(Set.of(FIRST)));

            configuration(FIRST, SECOND, THIRD).write(directory);
            director.reload();

            await(() -> {
                assertThat(inService(director)).doesNotContain(SECOND);
                return inService(director).equals(Set.of(FIRST, THIRD));
            });

            configuration(SECOND, THIRD).write(directory);
            director.reload();

            await(() -> inService(director).equals(Set.of(THIRD)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void start_errorInTheFile_namesItsPlaceAndLeavesNothingOpen(ConfigurationFormat format) throws Exception {
        Path file = directory.resolve(format.fileName());
        configuration(FIRST).write(directory);
        String broken = Files.readString(file).replace("wlc", "nonsense");
        Files.writeString(file, broken);
        int line = (int) broken.substring(0, broken.indexOf("nonsense")).lines().count();

        assertThatThrownBy(() -> builder(format).start())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file + ":" + line + ":")
                .hasMessageContaining("nonsense");
        requireNothingOpen();
    }

    @Test
    void start_addressTaken_nothingOpen() throws Exception {
        configuration(FIRST).write(directory);
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(VIRTUAL, https));
            assertThatThrownBy(() -> builder(ConfigurationFormat.RULES).start())
                    .hasMessageContaining(VIRTUAL + ":" + https);
        }
        requireNothingOpen();
    }

    private void requireNothingOpen() throws Exception {
        for (int port : new int[] {http, https}) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(VIRTUAL, port));
                assertThat(probe.isBound()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void reload_errorInTheFile_nothingHasChanged(ConfigurationFormat format) throws Exception {
        configuration(FIRST, SECOND).write(directory);
        Path file = directory.resolve(format.fileName());
        try (ClusterDirector director = builder(format).start()) {
            await(() -> inService(director).equals(Set.of(FIRST, SECOND)));
            configuration(THIRD).write(directory);
            Files.writeString(file, Files.readString(file).replace("wlc", "nonsense"));

            assertThatThrownBy(director::reload)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining(file.toString());

            assertThat(inService(director)).containsExactlyInAnyOrder(FIRST, SECOND);
        }
    }
}
