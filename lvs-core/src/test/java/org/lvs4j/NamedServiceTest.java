package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.config.Listing;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.Conversion;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class NamedServiceTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");
    private static final RealServer A = RealServer.of("10.0.0.1:80");
    private static final RealServer B = RealServer.of("[fd00::2]:80");
    private static final RealServer C = RealServer.of("10.0.0.3:81");

    private final Director director = Director.create();

    private List<RealServer> listed() {
        return director.service(ORDERS).servers().stream()
                .map(ServerSnapshot::server)
                .toList();
    }

    @Test
    void addService_serversOfBothFamilies_inTheOrderGiven() {
        director.addService(VirtualService.of(ORDERS, "rr"), A, B, C);
        assertThat(listed()).containsExactly(A, B, C);

        List<Endpoint> chosen = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            try (Connection connection = director.open(ORDERS)) {
                assertThat(connection.service()).isEqualTo(ORDERS);
                chosen.add(connection.destination());
            }
        }
        assertThat(chosen).containsExactly(A.endpoint(), B.endpoint(), C.endpoint(), A.endpoint());
    }

    @Test
    void setServers_newOnes_inTheOrderGivenBeforeThoseThatStay() {
        director.addService(VirtualService.of(ORDERS, "rr"), C);
        director.setServers(ORDERS, List.of(A, B, C));
        assertThat(listed()).containsExactly(A, B, C);
    }

    @Test
    void configuration_appliedToAnotherDirector_sameOrder() {
        director.addService(VirtualService.of(ORDERS, "wrr"), A, B);
        Director other = Director.create();
        other.apply(director.configuration());
        assertThat(other.service(ORDERS).servers())
                .extracting(ServerSnapshot::server)
                .containsExactly(A, B);
        assertThat(director.configuration().changesTo(other.configuration())).isEmpty();
    }

    @Test
    void addServer_withoutPort_refused() {
        director.addService(VirtualService.of(ORDERS, "rr"));
        assertThatThrownBy(() -> director.addServer(ORDERS, RealServer.of("10.0.0.1")))
                .isInstanceOf(DirectorException.class)
                .hasMessage("server 10.0.0.1:0 of orders has no port");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a b", "käse", "a/b", "12345678901234567890123456789012345678901234567890123456789012345"})
    void named_otherCharacters_refused(String name) {
        assertThatThrownBy(() -> ServiceKey.named(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void packets_namedServiceOnly_findNone() {
        director.addService(VirtualService.of(ORDERS, "rr"), A);
        assertThat(director.open(DirectorFixture.tcp("10.1.0.1:1", "0.0.0.0:0")).verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(director.open(DirectorFixture.tcp("[fd00::1]:1", "[::]:0")).verdict())
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void manyServices_eachFoundByItsName() {
        for (int i = 0; i < 200; i++) {
            director.addService(
                    VirtualService.of(ServiceKey.named("service" + i), "rr"), RealServer.of("10.0.0.1:" + (i + 1)));
        }
        director.removeService(ServiceKey.named("service100"));
        for (int i = 0; i < 200; i++) {
            ServiceKey key = ServiceKey.named("service" + i);
            if (i == 100) {
                assertThat(director.service(key)).isNull();
            } else {
                assertThat(director.open(key).destination().port()).isEqualTo(i + 1);
            }
        }
    }

    @Test
    void texts_namedServices_listedButNotInFiles() throws Exception {
        director.addService(VirtualService.of(ORDERS, "rr"), A);
        assertThat(Rules.of(director).print()).isEmpty();
        assertThat(Rules.of(Director.create().configuration().changesTo(director.configuration()))
                        .print())
                .isEmpty();
        RuleCommand list = Rules.parse("-L -n", "test").commands().get(0);
        assertThat(Listing.of(director, list).orElseThrow()).contains("NAME orders rr\n  -> 10.0.0.1:80 ");
        Conversion conversion = Conversion.toKeepalived(director.configuration());
        assertThat(conversion.lost()).containsExactly("orders: a named service");
    }

    @Test
    void state_ofANamedService_restored() throws Exception {
        VirtualService sticky =
                VirtualService.builder(ORDERS).scheduler("rr").persistent(300).build();
        director.addService(sticky, A, B, C);
        try (Connection connection = director.open(ORDERS, Affinity.of("alice"))) {
            DirectorState saved = director.saveState(1_000);
            Director next = Director.create();
            next.addService(sticky, C, B, A);
            assertThat(next.restore(saved, 1_000).templates()).isEqualTo(1);
            assertThat(next.open(ORDERS, Affinity.of("alice")).destination()).isEqualTo(connection.destination());
            assertThat(next.service(ORDERS).traffic().connections()).isEqualTo(2);
        }
    }
}
