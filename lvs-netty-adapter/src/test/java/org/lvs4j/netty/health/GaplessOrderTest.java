package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerEdited;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.ConfigurationChange.ServiceAdded;
import org.lvs4j.ConfigurationChange.ServiceRemoved;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.netty.internal.LimitedLog;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.slf4j.LoggerFactory;

/** The order in which a monitor changes the table, and what clients see of it. */
final class GaplessOrderTest {
    private static final ServiceKey WEB = ServiceKey.tcp("192.0.2.1:80");
    private static final ServiceKey OTHER = ServiceKey.tcp("192.0.2.2:80");
    private static final RealServer ONE = RealServer.of("10.0.0.1:80");
    private static final RealServer TWO = RealServer.of("10.0.0.2:80");

    private static ConfigurationChange edited(RealServer server, int weight) {
        return new ServerEdited(WEB, server, server.withWeight(weight));
    }

    @Test
    void removal_beforeAnAddition_comesAfterIt() {
        ConfigurationChange removed = new ServerRemoved(WEB, ONE);
        ConfigurationChange added = new ServerAdded(WEB, TWO);

        assertThat(GaplessOrder.of(List.of(removed, added))).containsExactly(added, removed);
    }

    @Test
    void weightZero_beforeAWeight_comesAfterIt() {
        ConfigurationChange quiesced = edited(ONE, 0);
        ConfigurationChange raised = edited(TWO, 1);

        assertThat(GaplessOrder.of(List.of(quiesced, raised))).containsExactly(raised, quiesced);
    }

    @Test
    void removal_otherServiceRemovedInBetween_comesAfterTheAddition() {
        ConfigurationChange removed = new ServerRemoved(WEB, ONE);
        ConfigurationChange gone = new ServiceRemoved(VirtualService.of(OTHER), List.of());
        ConfigurationChange added = new ServerAdded(WEB, TWO);

        assertThat(GaplessOrder.of(List.of(removed, gone, added))).containsExactly(gone, added, removed);
    }

    @Test
    void changes_ofOneServer_keepTheirOrder() {
        ConfigurationChange removed = new ServerRemoved(WEB, ONE);
        ConfigurationChange added = new ServerAdded(WEB, ONE);
        ConfigurationChange quiesced = edited(ONE, 0);

        assertThat(GaplessOrder.of(List.of(removed, added, quiesced))).containsExactly(removed, added, quiesced);
    }

    @Test
    void removal_beforeThatOfItsService_staysBefore() {
        ConfigurationChange removed = new ServerRemoved(WEB, ONE);
        ConfigurationChange gone = new ServiceRemoved(VirtualService.of(WEB), List.of());
        ConfigurationChange again = new ServiceAdded(VirtualService.of(WEB), List.of());

        assertThat(GaplessOrder.of(List.of(removed, gone, again))).containsExactly(removed, gone, again);
    }

    @Test
    void table_serversTakeTurns_noClientIsRefused() throws Exception {
        Director director = Director.builder().linger(false).build();
        director.addService(VirtualService.of(WEB), ONE);
        DirectorTable table = new DirectorTable(
                director,
                (key, server) -> true,
                new MonitorCounters(),
                new LimitedLog(LoggerFactory.getLogger(getClass()), 10),
                LoggerFactory.getLogger(getClass()));
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        Thread client = new Thread(() -> {
            while (over.getCount() > 0) {
                Connection connection = director.open(WEB);
                refused.addAndGet(connection.accepted() ? 0 : 1);
                connection.close();
                begun.countDown();
            }
        });
        client.start();
        begun.await();
        for (int i = 0; i < 10_000; i++) {
            table.plan(new ServerRemoved(WEB, i % 2 == 0 ? ONE : TWO));
            table.plan(new ServerAdded(WEB, i % 2 == 0 ? TWO : ONE));
            table.apply();
        }
        over.countDown();
        client.join();
        assertThat(refused).hasValue(0);
    }
}
