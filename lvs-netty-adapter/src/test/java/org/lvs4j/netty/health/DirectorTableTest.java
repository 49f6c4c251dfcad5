package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.Director;
import org.lvs4j.netty.internal.LimitedLog;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.slf4j.LoggerFactory;

/** What a change of the table costs, and what it does to a table that others have changed. */
final class DirectorTableTest {
    private static final ServiceKey WEB = ServiceKey.tcp("192.0.2.1:80");
    private static final int SERVERS = 10_000;

    private final Director director = Director.create();
    private final MonitorCounters counters = new MonitorCounters();
    private final DirectorTable table = new DirectorTable(
            director,
            (key, endpoint) -> true,
            counters,
            new LimitedLog(LoggerFactory.getLogger(DirectorTableTest.class), 10),
            LoggerFactory.getLogger(DirectorTableTest.class));
    private final List<RealServer> servers = new ArrayList<>();

    private void service(int count) {
        for (int i = 0; i < count; i++) {
            servers.add(RealServer.of("10.0." + i / 250 + "." + (1 + i % 250) + ":80"));
        }
        director.addService(VirtualService.builder(WEB).build(), servers.toArray(RealServer[]::new));
    }

    private void apply(ConfigurationChange... changes) {
        List.of(changes).forEach(table::plan);
        table.apply();
    }

    private static long allocatedBy(Runnable task) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        task.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void apply_oneOfManyServers_costsWhatTheDirectorNeeds() {
        service(SERVERS);
        apply(new ServerRemoved(WEB, servers.get(0)));
        long removal =
                allocatedBy(() -> director.removeServer(WEB, servers.get(1).endpoint()));
        long addition = allocatedBy(() -> director.addServer(WEB, servers.get(1)));

        assertThat(allocatedBy(() -> apply(new ServerRemoved(WEB, servers.get(2)))))
                .isLessThan(removal * 3 / 2);
        assertThat(allocatedBy(() -> apply(new ServerAdded(WEB, servers.get(2)))))
                .isLessThan(addition * 3 / 2);
        assertThat(director.configuration(WEB).servers()).hasSize(SERVERS - 1);
    }

    @Test
    void apply_othersHaveChangedTheServer_endsAsPlanned() {
        service(2);
        RealServer heavy = servers.get(0).withWeight(7);
        director.editServer(WEB, heavy);
        apply(new ServerAdded(WEB, servers.get(0)));
        assertThat(director.configuration(WEB).servers())
                .contains(servers.get(0))
                .doesNotContain(heavy);

        director.editServer(WEB, heavy);
        apply(new ServerRemoved(WEB, servers.get(0)));
        assertThat(director.configuration(WEB).servers()).containsExactly(servers.get(1));

        apply(new ServerRemoved(WEB, servers.get(0)));
        director.removeService(WEB);
        apply(new ServerAdded(WEB, servers.get(0)));
        assertThat(director.configuration().services()).isEmpty();
        assertThat(counters.changesRefused.sum()).isZero();
    }
}
