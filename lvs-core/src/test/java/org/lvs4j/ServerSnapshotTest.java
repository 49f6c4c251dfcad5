package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** One server of a service, found by its endpoint. */
final class ServerSnapshotTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final int MANY = 1000;

    private final Director director = Director.create();

    private static RealServer server(int number) {
        return RealServer.builder("192.168." + number / 256 + "." + number % 256 + ":8080")
                .weight(number)
                .build();
    }

    @Test
    void server_unknownServiceOrServer_null() {
        director.addService(VirtualService.of(WEB), server(1));

        assertThat(director.server(ServiceKey.tcp("10.0.0.2:80"), server(1).endpoint()))
                .isNull();
        assertThat(director.server(WEB, server(2).endpoint())).isNull();
    }

    @Test
    void server_anyOfMany_equalsThatOfTheList() {
        List<RealServer> servers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            servers.add(server(i));
        }
        director.addService(VirtualService.of(WEB), servers.toArray(RealServer[]::new));
        director.open(WEB);

        assertThat(director.service(WEB).servers())
                .hasSize(MANY)
                .allSatisfy(
                        each -> assertThat(director.server(WEB, each.server().endpoint()))
                                .isEqualTo(each));
        assertThat(director.server(WEB, Endpoint.parse("192.168.0.1:1"))).isNull();
    }

    @Test
    void server_changedList_found() {
        List<RealServer> servers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            servers.add(server(i));
        }
        director.addService(VirtualService.of(WEB), servers.toArray(RealServer[]::new));
        assertThat(director.server(WEB, server(500).endpoint())).isNotNull();
        director.removeServer(WEB, server(500).endpoint());
        director.addServer(WEB, server(MANY));
        director.editServer(WEB, server(7).toBuilder().weight(5).build());

        assertThat(director.server(WEB, server(500).endpoint())).isNull();
        assertThat(director.server(WEB, server(MANY).endpoint()).weight()).isEqualTo(MANY);
        assertThat(director.server(WEB, server(7).endpoint()).weight()).isEqualTo(5);
        assertThat(director.server(WEB, server(999).endpoint()).weight()).isEqualTo(999);
    }

    @Test
    void limitUsage_connectionOpenAndClosed_counted() {
        Director small = Director.builder().maxConnections(9).maxTemplates(5).build();
        assertThat(small.limitUsage()).isEqualTo(new LimitUsage(0, 9, 0, 5));
        small.addService(
                VirtualService.builder(WEB)
                        .persistence(Persistence.of(AddressFamily.IPV4, 300))
                        .build(),
                server(1));
        Connection connection =
                small.open(Flow.of(Protocol.TCP, Endpoint.parse("172.16.0.1:1"), Endpoint.parse("10.0.0.1:80")));

        assertThat(small.limitUsage()).isEqualTo(new LimitUsage(1, 9, 1, 5));
        connection.close();
    }
}
