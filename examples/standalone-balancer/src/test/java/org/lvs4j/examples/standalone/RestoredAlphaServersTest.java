package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.DirectorState;
import org.lvs4j.DrainOptions;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.config.keepalived.KeepalivedOptions.ServedCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/** Servers that are not in service before they have been found up get back what was restored when they come. */
class RestoredAlphaServersTest {
    private static final String TEXT = """
            virtual_server 10.0.0.1 80 {
                alpha
                lvs_sched rr
                lvs_method NAT
                persistence_timeout 300
                protocol TCP
                real_server 192.168.1.1 80 {
                    TCP_CHECK {
                    }
                }
                real_server 192.168.1.2 80 {
                    TCP_CHECK {
                    }
                }
            }
            """;
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final RealServer A = RealServer.of("192.168.1.1:80");
    private static final RealServer B = RealServer.of("192.168.1.2:80");

    private static KeepalivedConfiguration file() throws RulesInvalidException {
        return KeepalivedSource.parse("-", TEXT.getBytes(StandardCharsets.UTF_8), "main", ServedCheck.NONE);
    }

    private static String open(Director director, int client) {
        Flow flow = Flow.of(Protocol.TCP, Endpoint.parse("10.9.0." + client + ":4000"), Endpoint.parse("10.0.0.1:80"));
        try (Connection connection = director.open(flow)) {
            return connection.accepted() ? connection.destination().toString() : "none";
        }
    }

    @Test
    void prepare_alphaServersAbsent_clientsAndDrainsWaitForThem() throws Exception {
        Director first = Director.create();
        DaemonHealth.apply(file(), first);
        first.addServer(WEB, A);
        first.addServer(WEB, B);
        String server = open(first, 1);
        String other = open(first, 2);
        first.drain(WEB, Endpoint.parse(other), DrainOptions.within(Duration.ofHours(1)));
        DirectorState state = first.saveState(0);

        Director second = Director.create();
        DaemonHealth.apply(file(), second);
        String table = Rules.of(second).print();
        DaemonHealth.prepare(file(), second, director -> director.restore(state, 0));

        assertThat(Rules.of(second).print()).isEqualTo(table).doesNotContain("192.168.1");
        assertThat(open(second, 1)).isEqualTo("none");
        second.addServer(WEB, A);
        second.addServer(WEB, B);
        assertThat(open(second, 1)).isEqualTo(server);
        assertThat(open(second, 2)).isEqualTo(other);
        for (int client = 3; client < 9; client++) {
            assertThat(open(second, client)).isEqualTo(server);
        }
    }
}
