package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** Removed servers: their connections, and their counters when they are added again. */
class RemovedServerTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.100:80");
    private static final RealServer SERVER =
            RealServer.builder("192.168.1.1:80").build();
    private static final Flow REQUEST =
            Flow.of(Protocol.TCP, Endpoint.parse("10.1.0.1:4000"), Endpoint.parse("10.0.0.100:80"));

    private long nowNanos;
    private final Director director = Director.builder().ticker(() -> nowNanos).build();

    @BeforeEach
    void serve() {
        addWeb();
        director.addServer(WEB, SERVER);
    }

    private void addWeb() {
        director.addService(VirtualService.builder(ServiceKey.tcp("10.0.0.100:80"))
                .scheduler("rr")
                .build());
    }

    private Verdict packet(int flags) {
        return Decision.verdict(director.flows().dispatch(REQUEST, flags, 40));
    }

    private void advance(int seconds) {
        for (int i = 0; i < seconds; i++) {
            nowNanos += Duration.ofSeconds(1).toNanos();
            director.advance();
        }
    }

    private ServerSnapshot server() {
        return director.services().get(0).servers().get(0);
    }

    @Test
    void addServer_connectionsRemain_revivedWithItsCounters() {
        packet(2);
        director.removeServer(WEB, SERVER.endpoint());
        assertThat(packet(16)).isEqualTo(Verdict.DROP);
        assertThat(packet(2)).isEqualTo(Verdict.DROP);
        advance(30);

        director.addServer(WEB, SERVER);

        assertThat(server().active()).isEqualTo(1);
        assertThat(server().traffic().connections()).isEqualTo(1);
        assertThat(packet(16)).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void removeServer_expireNodestConn_connectionsExpired() {
        director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
        packet(2);
        director.removeServer(WEB, SERVER.endpoint());

        assertThat(packet(16)).isEqualTo(Verdict.PASS);
        assertThat(packet(2)).isEqualTo(Verdict.REJECT);
        advance(1);
        director.addServer(WEB, SERVER);
        assertThat(server().active() + server().inactive()).isZero();
    }

    @Test
    void connections_serverNotAddedAgain_expire() {
        packet(2);
        director.removeServer(WEB, SERVER.endpoint());
        assertThat(director.connections()).hasSize(1);

        advance(61);

        assertThat(director.connections()).isEmpty();
    }

    @Test
    void addServer_idleButNotYetRetired_countersKept() {
        packet(2);
        advance(61);
        director.removeServer(WEB, SERVER.endpoint());
        // A scan runs every 60 s: found idle at 120 s, retired by the first scan at least 120 s later.
        advance(178);

        director.addServer(WEB, SERVER);

        assertThat(server().traffic().connections()).isEqualTo(1);
    }

    @Test
    void addServer_retired_countersFromZero() {
        packet(2);
        advance(61);
        director.removeServer(WEB, SERVER.endpoint());
        advance(180);

        director.addServer(WEB, SERVER);

        assertThat(server().traffic().connections()).isZero();
    }

    @Test
    void addServer_newServiceOfTheSameKey_connectionsKeptCountersFromZero() {
        packet(2);
        director.removeService(WEB);
        addWeb();
        director.addServer(WEB, SERVER);

        assertThat(server().active()).isEqualTo(1);
        assertThat(server().traffic().connections()).isZero();
        assertThat(packet(16)).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void addServer_sameEndpointInAnotherService_anotherServer() {
        packet(2);
        director.removeServer(WEB, SERVER.endpoint());
        director.addService(VirtualService.builder(ServiceKey.tcp("10.0.0.100:81"))
                .scheduler("rr")
                .build());
        director.addServer(ServiceKey.tcp("10.0.0.100:81"), SERVER);

        assertThat(director.services().get(1).servers().get(0).active()).isZero();
        assertThat(packet(16)).isEqualTo(Verdict.DROP);
    }
}
