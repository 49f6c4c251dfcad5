package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.persistence.engine.PersistenceEngine;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A third-party persistence engine, registered by a service file of the tests. */
class PersistenceEngineTest {
    private static final String VIP = "10.0.0.100:80";

    private final DirectorFixture fixture = new DirectorFixture();
    private final ServiceKey web = fixture.addService(
            VirtualService.builder(ServiceKey.tcp(VIP))
                    .scheduler("rr")
                    .persistence(new Persistence(300, 0xFF00_0000, "first-word"))
                    .build(),
            "192.168.1.1:80",
            "192.168.1.2:80",
            "192.168.1.3:80");

    /** Identifies a client by the first word of its payload. */
    public static final class FirstWord implements PersistenceEngine {
        @Override
        public String name() {
            return "first-word";
        }

        @Override
        public @Nullable String identify(Flow flow, ByteBuffer payload) {
            String text = StandardCharsets.US_ASCII.decode(payload.duplicate()).toString();
            String word = text.split(" ", 2)[0];
            return word.isEmpty() || word.length() > MAX_IDENTITY_LENGTH ? null : word;
        }
    }

    private static ByteBuffer payload(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private Connection open(String client, String text) {
        return fixture.director.open(DirectorFixture.tcp(client, VIP), payload(text));
    }

    @Test
    void open_thirdPartyEngine_identityDecides() {
        String alice = open("10.1.0.1:4000", "alice hello").destination().toString();
        String bob = open("10.1.0.1:4001", "bob hello").destination().toString();
        assertThat(bob).isNotEqualTo(alice);
        assertThat(open("10.2.0.2:4000", "alice again").destination()).hasToString(alice);
        assertThat(fixture.templates())
                .extracting(TemplateSnapshot::identity)
                .containsExactlyInAnyOrder("alice", "bob");
    }

    @Test
    void open_engineFindsNoIdentity_droppedAsUnidentified() {
        assertThat(open("10.1.0.1:4000", "").verdict()).isEqualTo(Verdict.DROP);
        assertThat(open("10.1.0.1:4000", "").unidentified()).isTrue();
        assertThat(open("10.1.0.1:4000", "alice").unidentified()).isFalse();
        fixture.director.removeService(web);
        assertThat(open("10.1.0.1:4000", "").unidentified()).isFalse();
    }

    @Test
    void addService_protocolThatTheEngineDoesNotSupport_refused() {
        VirtualService service = VirtualService.builder(ServiceKey.of(Protocol.SCTP, Endpoint.parse("10.0.0.1:5060")))
                .persistence(new Persistence(300, -1, "sip"))
                .build();
        assertThatThrownBy(() -> fixture.director.addService(service))
                .isInstanceOf(DirectorException.class)
                .hasMessageContaining("'sip'")
                .hasMessageContaining("SCTP");
        assertThat(fixture.director.service(service.key())).isNull();
    }

    @Test
    void open_noPayload_dropped() {
        assertThat(fixture.director
                        .open(DirectorFixture.tcp("10.1.0.1:4001", VIP))
                        .verdict())
                .isEqualTo(Verdict.DROP);
        assertThat(fixture.listed()).isEmpty();
        assertThat(fixture.templates()).isEmpty();
    }

    @Test
    void retry_placedByEngine_identityKept() {
        Connection connection = open("10.1.0.1:4000", "alice hello");
        Endpoint first = connection.destination();
        assertThat(connection.retry()).isTrue();
        assertThat(connection.verdict()).isEqualTo(Verdict.FORWARD);
        assertThat(connection.destination()).isNotEqualTo(first);
        assertThat(open("10.1.0.1:4001", "alice again").destination()).isEqualTo(connection.destination());
        assertThat(fixture.connectionsOf(web, first.toString())).isZero();
    }

    @Test
    void addService_unknownEngine_messageNamesTheRegisteredOnes() {
        VirtualService service = VirtualService.builder(ServiceKey.tcp("10.0.0.1:81"))
                .persistence(new Persistence(300, -1, "nonesuch"))
                .build();
        assertThatThrownBy(() -> fixture.director.addService(service))
                .isInstanceOf(DirectorException.class)
                .hasMessageContaining("nonesuch")
                .hasMessageContaining("first-word")
                .hasMessageContaining("sip");
        assertThat(fixture.director.service(service.key())).isNull();
    }
}
