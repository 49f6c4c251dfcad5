package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Schedulers that maintain an order of the servers choose the same server as a scan of all of them. */
final class LeastLoadedPicksTest {
    private static final String VIRTUAL = "10.0.0.1:80";
    private static final ServiceKey KEY = ServiceKey.tcp(VIRTUAL);
    private static final int SERVERS = 150;

    private final DirectorFixture fixture = new DirectorFixture();
    private final SplittableRandom random = new SplittableRandom(11);
    private final List<Connection> open = new ArrayList<>();
    private int clients;

    private RealServer server(int number) {
        return RealServer.builder("192.168.1." + number + ":80")
                .weight(random.nextInt(6))
                .upperThreshold(random.nextInt(4) == 0 ? 3 + random.nextInt(5) : 0)
                .build();
    }

    /** Opens a connection and compares its server with {@code explain}, which scans every server. */
    private void open() {
        Flow flow = DirectorFixture.tcp("10.1." + ++clients / 60_000 + ".1:" + (1024 + clients % 60_000), VIRTUAL);
        Explanation predicted = fixture.director.explain(flow);
        Connection connection = fixture.director.open(flow);
        if (predicted.server() == null) {
            assertThat(connection.accepted()).as("client %d", clients).isFalse();
        } else {
            assertThat(connection.server().endpoint())
                    .as("client %d", clients)
                    .isEqualTo(predicted.server().endpoint());
            open.add(connection);
        }
    }

    private void change() {
        Connection one = open.isEmpty() ? null : open.get(random.nextInt(open.size()));
        int number = 1 + random.nextInt(SERVERS);
        switch (random.nextInt(60)) {
            case 0 -> {
                Endpoint endpoint = Endpoint.parse("192.168.1." + number + ":80");
                boolean exists = fixture.director.service(KEY).servers().stream()
                        .anyMatch(server -> server.server().endpoint().equals(endpoint));
                if (exists) {
                    fixture.director.removeServer(KEY, endpoint);
                } else {
                    fixture.director.addServer(KEY, server(number));
                }
            }
            case 1 -> {
                int any = random.nextInt(fixture.director.service(KEY).servers().size());
                Endpoint endpoint = fixture.director
                        .service(KEY)
                        .servers()
                        .get(any)
                        .server()
                        .endpoint();
                fixture.director.editServer(KEY, server((int) endpoint.address().low() & 0xFF));
            }
            case 2 -> fixture.advance(random.nextInt(20));
            default -> {
                if (one != null && random.nextBoolean()) {
                    one.close();
                    open.remove(one);
                } else if (one != null) {
                    one.established();
                    one.clientFinished();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lc", "wlc", "sed", "nq"})
    @Tag("slow")
    void open_randomHistory_sameServerAsAFullScan(String scheduler) {
        fixture.director.addService(VirtualService.builder(ServiceKey.tcp(VIRTUAL))
                .scheduler(scheduler)
                .build());
        for (int number = 1; number <= SERVERS; number++) {
            fixture.director.addServer(KEY, server(number));
        }
        for (int step = 0; step < 6_000; step++) {
            change();
            open();
        }
        assertThat(open).hasSizeGreaterThan(100);
    }
}
