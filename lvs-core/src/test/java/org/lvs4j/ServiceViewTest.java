package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Flow;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.persistence.engine.PersistenceEngine;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A packet is decided by one view of its service, even if the service changes while third-party code runs. */
class ServiceViewTest {
    private static final String VIP = "10.0.0.100:80";
    private static final Flow FLOW = DirectorFixture.tcp("10.1.0.1:4000", VIP);

    private final DirectorFixture fixture = new DirectorFixture(builder -> builder.maxConnections(1));
    private final VirtualService scripted = VirtualService.builder(ServiceKey.tcp(VIP))
            .scheduler("rr")
            .persistence(new Persistence(300, Persistence.FULL_MASK_V4, "scripted"))
            .build();
    private final ServiceKey web = fixture.addService(scripted, "192.168.1.1:80", "192.168.1.2:80");

    /** Runs the script of a test while it identifies a client. */
    public static final class Scripted implements PersistenceEngine {
        private static final ThreadLocal<Runnable> SCRIPT = ThreadLocal.withInitial(() -> () -> {});

        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public String identify(Flow flow, ByteBuffer payload) {
            SCRIPT.get().run();
            return "client";
        }
    }

    @AfterEach
    void removeScript() {
        Scripted.SCRIPT.remove();
    }

    @Test
    void packet_serviceEditedWhileTheEngineIdentifies_templateOfThePreviousView() {
        Scripted.SCRIPT.set(() -> fixture.director.editService(scripted.toBuilder()
                .persistence(new Persistence(900, 0xFF00_0000, "first-word"))
                .build()));
        assertThat(fixture.packet(FLOW, TcpFlags.SYN)).isEqualTo("192.168.1.2:80");

        TemplateSnapshot template = fixture.template();
        assertThat(template.engine()).isEqualTo("scripted");
        assertThat(template.identity()).isEqualTo("client");
        assertThat(DirectorFixture.seconds(template)).isEqualTo(300);
    }

    @Test
    void packet_engineThrows_placeUnderTheCeilingReturned() {
        Scripted.SCRIPT.set(() -> {
            throw new IllegalStateException("no identity today");
        });
        assertThatThrownBy(() -> fixture.packet(FLOW, TcpFlags.SYN)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> fixture.director.open(FLOW)).isInstanceOf(IllegalStateException.class);

        Scripted.SCRIPT.remove();
        assertThat(fixture.packet(FLOW, TcpFlags.SYN))
                .as("the only place is free")
                .isEqualTo("192.168.1.2:80");
        assertThat(fixture.connectionsOf(web, "192.168.1.2:80")).isEqualTo(1);
    }
}
