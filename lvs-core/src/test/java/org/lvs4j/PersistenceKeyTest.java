package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The key of a template for each kind of service, and the port at the server. */
class PersistenceKeyTest {
    private static final String[] SERVERS = {"192.168.1.1:8080", "192.168.1.2:8080", "192.168.1.3:8080"};

    private final DirectorFixture fixture = new DirectorFixture();

    private static String describe(TemplateSnapshot template) {
        return template.protocol() + " " + template.client() + " " + template.virtual() + " "
                + template.server().port();
    }

    @Test
    void packet_serviceOfOnePort_templateForThatPort() {
        fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.1:80"))
                        .scheduler("rr")
                        .persistent(60)
                        .build(),
                SERVERS);
        fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.1:443"))
                        .scheduler("rr")
                        .persistent(60)
                        .build(),
                SERVERS);
        assertThat(fixture.syn("10.1.0.1:4000", "10.0.0.1:80")).isEqualTo("192.168.1.3:8080");
        fixture.syn("10.1.0.1:4001", "10.0.0.1:443");

        assertThat(fixture.templates())
                .extracting(PersistenceKeyTest::describe)
                .containsExactlyInAnyOrder("TCP 10.1.0.1:0 10.0.0.1:80 8080", "TCP 10.1.0.1:0 10.0.0.1:443 8080");
    }

    @Test
    void packet_serviceOfEveryPort_oneTemplateForAllPortsOfAProtocol() {
        fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.1:0"))
                        .scheduler("rr")
                        .persistent(60)
                        .build(),
                SERVERS);
        fixture.addService(
                VirtualService.builder(ServiceKey.udp("10.0.0.1:0"))
                        .scheduler("rr")
                        .persistent(60)
                        .build(),
                SERVERS);
        assertThat(fixture.syn("10.1.0.1:4000", "10.0.0.1:80")).isEqualTo("192.168.1.3:80");
        assertThat(fixture.syn("10.1.0.1:4001", "10.0.0.1:443")).isEqualTo("192.168.1.3:443");
        fixture.datagram("10.1.0.1:4002", "10.0.0.1:53");

        assertThat(fixture.templates())
                .extracting(PersistenceKeyTest::describe)
                .containsExactlyInAnyOrder("TCP 10.1.0.1:0 10.0.0.1:0 0", "UDP 10.1.0.1:0 10.0.0.1:0 0");
    }

    @Test
    void packet_ftp_controlAndDataShareOneTemplate() {
        fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.1:21"))
                        .scheduler("rr")
                        .persistent(60)
                        .build(),
                "192.168.1.1:2121",
                "192.168.1.2:2121");
        assertThat(fixture.syn("10.1.0.1:4000", "10.0.0.1:21")).isEqualTo("192.168.1.2:2121");
        assertThat(fixture.syn("10.1.0.1:4001", "10.0.0.1:30000")).isEqualTo("192.168.1.2:30000");
        assertThat(fixture.syn("10.1.0.1:4002", "10.0.0.1:20")).isEqualTo("192.168.1.2:20");
        assertThat(fixture.syn("10.1.0.1:4003", "10.0.0.1:1023")).isEqualTo("PASS");

        assertThat(fixture.templates())
                .extracting(PersistenceKeyTest::describe)
                .containsExactly("TCP 10.1.0.1:0 10.0.0.1:0 0");
    }

    @Test
    void packet_firewallMark_oneTemplateAcrossAddressesPortsAndProtocols() {
        fixture.addService(
                VirtualService.builder(ServiceKey.mark(7))
                        .scheduler("rr")
                        .persistent(60)
                        .build(),
                SERVERS);
        assertThat(fixture.packet(
                        DirectorFixture.tcp("10.1.0.1:4000", "10.0.0.1:80").mark(7), DirectorFixture.SYN))
                .isEqualTo("192.168.1.3:80");
        assertThat(fixture.packet(
                        DirectorFixture.tcp("10.1.0.1:4001", "10.0.0.2:443").mark(7), DirectorFixture.SYN))
                .isEqualTo("192.168.1.3:443");
        assertThat(fixture.packet(
                        DirectorFixture.udp("10.1.0.1:4002", "10.0.0.9:53").mark(7), 0))
                .isEqualTo("192.168.1.3:53");
        assertThat(fixture.packet(
                        DirectorFixture.tcp("10.1.0.2:4000", "10.0.0.1:80").mark(7), DirectorFixture.SYN))
                .isEqualTo("192.168.1.2:80");

        assertThat(fixture.templates())
                .extracting(PersistenceKeyTest::describe)
                .containsExactlyInAnyOrder("null 10.1.0.1:0 0.0.0.7:0 0", "null 10.1.0.2:0 0.0.0.7:0 0");
    }

    @Test
    void packet_firewallMarkIpv6_markListedInTheFirstWord() {
        fixture.addService(
                VirtualService.builder(ServiceKey.mark(0x0102_0304, AddressFamily.IPV6))
                        .persistent(60)
                        .build(),
                "[fd00:2::1]:80");
        fixture.packet(DirectorFixture.tcp("[fd00:9::1]:4000", "[fd00::1]:80").mark(0x0102_0304), DirectorFixture.SYN);

        assertThat(describe(fixture.template())).isEqualTo("null [fd00:9::1]:0 [102:304::]:0 0");
    }

    @Test
    void packet_firewallMarkWithoutPersistence_serverPortTranslated() {
        fixture.addService(
                VirtualService.builder(ServiceKey.mark(7)).scheduler("rr").build(), SERVERS);
        Flow marked = DirectorFixture.tcp("10.1.0.1:4000", "10.0.0.1:80").mark(7);
        assertThat(fixture.packet(marked, DirectorFixture.SYN)).isEqualTo("192.168.1.3:8080");
    }

    @Test
    void packet_sipEngine_callIdPartOfTheKey() {
        Persistence sip = new Persistence(60, Persistence.FULL_MASK_V4, "sip");
        fixture.addService(
                VirtualService.builder(ServiceKey.udp("10.0.0.1:5060"))
                        .scheduler("rr")
                        .persistence(sip)
                        .build(),
                SERVERS);
        Flow flow = DirectorFixture.flow(Protocol.UDP, "10.1.0.1:4000", "10.0.0.1:5060");
        long decision = fixture.director.flows().dispatch(flow, 0, 100, SipMessages.call("a@b"));
        assertThat(fixture.answer(decision)).isEqualTo("192.168.1.3:8080");
        assertThat(fixture.template().engine()).isEqualTo("sip");
        assertThat(fixture.template().identity()).isEqualTo("a@b");

        Flow again = DirectorFixture.flow(Protocol.UDP, "10.1.0.1:4001", "10.0.0.1:5060");
        assertThat(fixture.answer(fixture.director.flows().dispatch(again, 0, 100, SipMessages.call("a@b"))))
                .isEqualTo("192.168.1.3:8080");
        Flow other = DirectorFixture.flow(Protocol.UDP, "10.1.0.1:4002", "10.0.0.1:5060");
        assertThat(fixture.answer(fixture.director.flows().dispatch(other, 0, 100, SipMessages.call("c@d"))))
                .isEqualTo("192.168.1.2:8080");
        assertThat(fixture.datagram("10.1.0.1:4003", "10.0.0.1:5060")).isEqualTo("DROP");
        assertThat(fixture.datagram("10.1.0.1:4000", "10.0.0.1:5060"))
                .as("a packet of an established flow needs no Call-ID")
                .isEqualTo("192.168.1.3:8080");
    }
}
