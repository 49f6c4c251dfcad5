package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class AddServiceWithServersTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");

    private final Director director = Director.create();

    @Test
    void addService_withServers_lastServerHeadsTheList() {
        director.addService(
                VirtualService.builder(WEB).build(), RealServer.of("192.168.1.1:80"), RealServer.of("192.168.1.2:80"));

        assertThat(director.service(WEB).servers())
                .extracting(server -> server.server().endpoint().toString())
                .containsExactly("192.168.1.2:80", "192.168.1.1:80");
    }

    @Test
    void addService_oneServerTwice_refusedAndNothingChanged() {
        assertThatExceptionOfType(DirectorException.class)
                .isThrownBy(() -> director.addService(
                        VirtualService.builder(WEB).build(),
                        RealServer.of("192.168.1.1:80"),
                        RealServer.of("192.168.1.1:80")))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(DirectorException.Reason.SERVER_EXISTS));

        assertThat(director.services()).isEmpty();
    }
}
