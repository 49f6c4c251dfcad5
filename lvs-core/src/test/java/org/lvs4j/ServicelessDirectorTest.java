package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class ServicelessDirectorTest {
    private static final int SYN = TcpFlags.SYN;
    private static final int ACK = TcpFlags.ACK;
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.100:80");
    private static final Endpoint CLIENT = Endpoint.parse("10.1.0.1:4000");
    private static final Endpoint SERVER = Endpoint.parse("192.168.1.1:80");
    private static final Flow REQUEST = Flow.of(Protocol.TCP, CLIENT, Endpoint.parse("10.0.0.100:80"));
    private static final Flow ANSWER = Flow.of(Protocol.TCP, SERVER, CLIENT);

    private final Director director = Director.create();

    private void addWeb() {
        director.addService(VirtualService.builder(ServiceKey.tcp("10.0.0.100:80"))
                .scheduler("rr")
                .build());
        director.addServer(WEB, RealServer.builder(SERVER).build());
    }

    private Verdict verdict() {
        return Decision.verdict(director.flows().dispatch(REQUEST, ACK, 40));
    }

    @Test
    void packet_lastServiceOfTheFamilyRemoved_passesUntilAddedAgain() {
        addWeb();
        director.flows().dispatch(REQUEST, SYN, 40);
        director.removeService(WEB);

        assertThat(verdict()).isEqualTo(Verdict.PASS);
        assertThat(director.flows().dispatchReply(ANSWER, ACK, 40)).isFalse();
        addWeb();
        assertThat(verdict()).isEqualTo(Verdict.FORWARD);
        assertThat(director.flows().dispatchReply(ANSWER, ACK, 40)).isTrue();
    }

    @Test
    void packet_serviceRemovedWhileAnotherOfTheFamilyStays_dropped() {
        addWeb();
        director.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.100:443")).build());
        director.flows().dispatch(REQUEST, SYN, 40);
        director.removeService(WEB);

        assertThat(verdict()).isEqualTo(Verdict.DROP);
    }

    @Test
    void packet_onlyServicesOfTheOtherFamilyLeft_passes() {
        addWeb();
        director.addService(
                VirtualService.builder(ServiceKey.tcp("[fd00::1]:80")).build());
        director.flows().dispatch(REQUEST, SYN, 40);
        director.removeService(WEB);

        assertThat(verdict()).isEqualTo(Verdict.PASS);
    }
}
