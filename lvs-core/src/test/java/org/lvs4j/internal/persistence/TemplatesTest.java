package org.lvs4j.internal.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.internal.concurrent.TimerWheel;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.TemplateHandle;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

class TemplatesTest {
    private static final ServiceKey SERVICE = ServiceKey.tcp("10.0.0.1:80");
    private static final Persistence PERSISTENCE = new Persistence(300, 0xFFFF_FFFF, null);

    private final IdTable<TemplateHandle> ids = new IdTable<>(TemplateHandle[]::new, 1000);
    private final Templates templates = new Templates(ids, new TimerWheel(0), 100);
    private final ServerState server =
            new ServerState(1, RealServer.builder("192.168.1.1:80").build(), new Counters(), new LoadBoard());
    private final Flow flow = Flow.of(Protocol.TCP, Endpoint.parse("10.1.0.1:4000"), Endpoint.parse("10.0.0.1:80"));

    private Template add() {
        return templates.add(SERVICE, PERSISTENCE, flow, null, server, false, 0);
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void add_endedTemplateStillInCache_replaced() {
        Template ended = add();
        ended.releaseConnection();
        // The state between the end of the template and its removal from the cache.
        ended.evicted();

        Template fresh = add();
        assertThat(fresh).isNotSameAs(ended);
        assertThat(templates.size()).isEqualTo(1);
        assertThat(server.templates()).isEqualTo(1);
    }
}
