package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.internal.ChangedServices;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A refresh follows the changes, and retries those that have failed. */
final class RelayRefreshTest {
    private final Director director = Director.create();

    private ServiceKey add(String endpoint) {
        ServiceKey key = ServiceKey.tcp(endpoint);
        director.addService(VirtualService.builder(key).build());
        return key;
    }

    @Test
    void affected_changesOfServersAndOptions_noService() {
        ServiceKey key = add("127.0.0.1:80");
        try (ChangedServices changed = ChangedServices.of(director, ListeningSockets::affected)) {
            assertThat(changed.take()).containsExactly(key);
            director.addServer(key, RealServer.of("10.0.0.1:80"));
            director.editServer(key, RealServer.of("10.0.0.1:80").withWeight(0));
            director.removeServer(key, Endpoint.parse("10.0.0.1:80"));
            director.editService(VirtualService.builder(key).scheduler("rr").build());
            assertThat(changed.take()).isEmpty();

            director.removeService(key);
            assertThat(changed.take()).containsExactly(key);
        }
    }

    @Test
    void refresh_failedChangeTakenBack_everythingAsBefore() throws Exception {
        ServiceKey kept = add(Loopback.closedPort());
        try (Relay relay = Relay.builder(director).threads(1).start();
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServiceKey taken = add("127.0.0.1:" + other.getLocalPort());
            director.removeService(kept);
            assertThatThrownBy(relay::refresh).isInstanceOf(RelayException.class);

            director.removeService(taken);
            director.addService(VirtualService.builder(kept).build());
            relay.refresh();

            assertThat(relay.address(kept)).isNotNull();
            assertThatThrownBy(() -> relay.address(taken)).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void refresh_addressFreeAgain_boundWithoutFurtherChange() throws Exception {
        try (Relay relay = Relay.builder(director).threads(1).start()) {
            ServiceKey key;
            try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                key = add("127.0.0.1:" + other.getLocalPort());
                assertThatThrownBy(relay::refresh).isInstanceOf(RelayException.class);
                assertThatThrownBy(relay::refresh).isInstanceOf(RelayException.class);
            }
            relay.refresh();

            assertThat(relay.address(key)).isNotNull();
        }
    }

    @Test
    void refresh_serviceReplacesAnotherAtTheSamePort_oldOneUnboundFirst() throws Exception {
        String local = Loopback.closedPort();
        ServiceKey everywhere = add("0.0.0.0:" + Endpoint.parse(local).port());
        try (Relay relay = Relay.builder(director).threads(1).start()) {
            ServiceKey one = add(local);
            director.removeService(everywhere);
            relay.refresh();

            assertThat(relay.address(one).getAddress().isLoopbackAddress()).isTrue();
            assertThatThrownBy(() -> relay.address(everywhere)).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void refresh_serviceOfGivenAddressRemoved_addressStaysBound() {
        ServiceKey mark = ServiceKey.mark(7);
        director.addService(VirtualService.builder(mark).build());
        try (Relay relay = Relay.builder(director)
                .threads(1)
                .listen(Protocol.TCP, Endpoint.parse("127.0.0.1:0"), 7)
                .start()) {
            int port = relay.address(mark).getPort();
            director.removeService(mark);
            relay.refresh();
            director.addService(VirtualService.builder(mark).build());
            relay.refresh();

            assertThat(relay.address(mark).getPort()).isEqualTo(port);
        }
    }
}
