package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Finds the service of a packet: firewall mark, exact address and port, FTP, every port of the address. */
class ServiceLookupTest {
    private final Director director = Director.create();
    private int clients;

    @BeforeEach
    void serve() {
        serve(ServiceKey.tcp("10.0.0.100:80"), "192.168.1.1:80");
        serve(ServiceKey.tcp("10.0.0.100:0"), "192.168.1.2:0");
        serve(ServiceKey.udp("10.0.0.100:80"), "192.168.1.3:80");
        serve(ServiceKey.mark(7), "192.168.1.4:0");
        serve(ServiceKey.mark(-1), "192.168.1.5:0");
        serve(ServiceKey.mark(7, AddressFamily.IPV6), "[fd00:2::6]:0");
        serve(ServiceKey.tcp("[fd00:1::100]:80"), "[fd00:2::7]:80");
        serve(ServiceKey.tcp("10.0.0.101:21"), "192.168.1.8:21");
        serve(ServiceKey.tcp("10.0.0.102:21"), "192.168.1.9:21");
        serve(ServiceKey.tcp("10.0.0.102:0"), "192.168.1.10:0");
        serve(ServiceKey.tcp("10.0.0.102:2000"), "192.168.1.11:2000");
    }

    private void serve(ServiceKey key, String server) {
        director.addService(
                VirtualService.builder(key).scheduler("rr").persistent(300).build());
        director.addServer(key, RealServer.builder(server).build());
    }

    private String destination(Protocol protocol, String virtual, int mark) {
        Endpoint to = Endpoint.parse(virtual);
        String client = to.address().isV4() ? "10.1.0.1:" : "[fd00::1]:";
        Flow flow = Flow.of(protocol, Endpoint.parse(client + (1_000 + clients++)), to)
                .mark(mark);
        long decision = director.flows().dispatch(flow, 2, 40);
        if (Decision.verdict(decision) != Verdict.FORWARD) {
            return Decision.verdict(decision).toString();
        }
        RealServer server = director.flows().server(Decision.serverId(decision));
        assertThat(server).isNotNull();
        return server.endpoint().withPort(Decision.port(decision)).toString();
    }

    @ParameterizedTest
    @CsvSource({
        "TCP, 10.0.0.100:80,      0,  192.168.1.1:80",
        "TCP, 10.0.0.100:81,      0,  192.168.1.2:81",
        "TCP, 10.0.0.100:80,      7,  192.168.1.4:80",
        "TCP, 10.0.0.100:81,      7,  192.168.1.4:81",
        "TCP, 203.0.113.1:5,      7,  192.168.1.4:5",
        "UDP, 203.0.113.1:5,      7,  192.168.1.4:5",
        "TCP, 203.0.113.1:5,      -1, 192.168.1.5:5",
        "TCP, 10.0.0.100:80,      8,  192.168.1.1:80",
        "TCP, 203.0.113.1:5,      8,  PASS",
        "UDP, 10.0.0.100:80,      0,  192.168.1.3:80",
        "UDP, 10.0.0.100:81,      0,  PASS",
        "TCP, 10.0.0.99:80,       0,  PASS",
        "TCP, [fd00:1::100]:80,   0,  [fd00:2::7]:80",
        "TCP, [fd00:1::100]:81,   0,  PASS",
        "TCP, [fd00:1::100]:80,   7,  [fd00:2::6]:80",
        "TCP, [fd00:1::100]:80,   -1, [fd00:2::7]:80",
        "TCP, 10.0.0.101:21,      0,  192.168.1.8:21",
        "TCP, 10.0.0.101:20,      0,  192.168.1.8:20",
        "TCP, 10.0.0.101:1024,    0,  192.168.1.8:1024",
        "TCP, 10.0.0.101:1023,    0,  PASS",
        "UDP, 10.0.0.101:1024,    0,  PASS",
        "TCP, 10.0.0.102:1024,    0,  192.168.1.9:1024",
        "TCP, 10.0.0.102:80,      0,  192.168.1.10:80",
        "TCP, 10.0.0.102:2000,    0,  192.168.1.11:2000",
    })
    void packet_severalServices_mostSpecificService(Protocol protocol, String virtual, int mark, String server) {
        assertThat(destination(protocol, virtual, mark)).isEqualTo(server);
    }

    @Test
    void packet_serviceRemoved_nextServiceInOrder() {
        director.removeService(ServiceKey.mark(7));
        assertThat(destination(Protocol.TCP, "10.0.0.100:80", 7)).isEqualTo("192.168.1.1:80");
        director.removeService(ServiceKey.tcp("10.0.0.100:80"));
        assertThat(destination(Protocol.TCP, "10.0.0.100:80", 7)).isEqualTo("192.168.1.2:80");
        director.removeService(ServiceKey.tcp("10.0.0.100:0"));
        assertThat(destination(Protocol.TCP, "10.0.0.100:80", 7)).isEqualTo("PASS");
    }

    @Test
    void services_manyOfOneAddress_allFound() {
        for (int port = 100; port <= 600; port++) {
            serve(ServiceKey.tcp("10.9.9.9:" + port), "192.168.9.9:" + port);
        }
        for (int port : List.of(100, 101, 333, 600)) {
            assertThat(destination(Protocol.TCP, "10.9.9.9:" + port, 0)).isEqualTo("192.168.9.9:" + port);
        }
        assertThat(destination(Protocol.TCP, "10.9.9.9:601", 0)).isEqualTo("PASS");
    }

    /** The kernel accepts such a service, but "port zero only supported in persistent services". */
    @Test
    void dispatch_portZeroWithoutPersistence_onlyAConnectionToThatPortIsScheduled() {
        ServiceKey key = ServiceKey.tcp("10.0.0.103:0");
        director.addService(VirtualService.of(key, "rr"), RealServer.of("192.168.1.12:80"));

        assertThat(destination(Protocol.TCP, "10.0.0.103:80", 0)).isEqualTo("REJECT");
        assertThat(destination(Protocol.TCP, "10.0.0.103:0", 0)).isEqualTo("192.168.1.12:80");
    }
}
