package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.PassiveCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class FailureCountsTest {
    private static final ServiceKey WEB = ServiceKey.tcp("192.0.2.1:80");
    private static final Endpoint SERVER = Endpoint.parse("10.0.0.1:80");
    private static final Endpoint OTHER = Endpoint.parse("10.0.0.2:80");

    private final Queue<Runnable> reports = new ConcurrentLinkedQueue<>();
    private final List<Integer> judged = new ArrayList<>();
    private int limit = Integer.MAX_VALUE;
    private final FailureCounts counts = new FailureCounts(reports::add, (service, server, failures) -> {
        judged.add(failures);
        return failures >= limit;
    });

    private static MonitoredService web(boolean passive, Endpoint... servers) {
        MonitoredService.Builder builder = MonitoredService.builder(VirtualService.of(WEB, "rr"))
                .passiveCheck(passive ? PassiveCheck.DEFAULT : null);
        for (Endpoint each : servers) {
            builder.server(MonitoredServer.of(RealServer.of(each)));
        }
        return builder.build();
    }

    private void deliver() {
        for (Runnable next = reports.poll(); next != null; next = reports.poll()) {
            next.run();
        }
    }

    @Test
    void failed_often_oneReportOfAll() {
        counts.put(web(true, SERVER, OTHER));
        for (int i = 0; i < 1_000; i++) {
            counts.failed(WEB, SERVER, null);
        }

        assertThat(reports).hasSize(1);
        deliver();

        assertThat(judged).containsExactly(1_000);
        counts.failed(WEB, SERVER, null);
        deliver();
        assertThat(judged).containsExactly(1_000, 1_001);
    }

    @Test
    void answered_between_countsFromZero() {
        counts.put(web(true, SERVER));
        counts.failed(WEB, SERVER, null);
        counts.failed(WEB, SERVER, null);
        counts.answered(WEB, SERVER);
        deliver();
        counts.failed(WEB, SERVER, null);
        deliver();

        assertThat(judged).containsExactly(1);
    }

    @Test
    void judge_countsAnew_fromZero() {
        limit = 2;
        counts.put(web(true, SERVER));
        for (int i = 0; i < 4; i++) {
            counts.failed(WEB, SERVER, null);
            deliver();
        }

        assertThat(judged).containsExactly(1, 2, 1, 2);
    }

    @Test
    void put_serverStays_keepsItsCountAndOthersGo() {
        counts.put(web(true, SERVER));
        counts.failed(WEB, SERVER, null);
        counts.put(web(true, OTHER, SERVER));
        counts.failed(WEB, SERVER, null);
        deliver();
        assertThat(judged).containsExactly(2);

        counts.put(web(true, OTHER));
        counts.failed(WEB, SERVER, null);
        assertThat(reports).isEmpty();
        counts.put(web(false, OTHER));
        assertThat(counts.size()).isZero();
    }

    @Test
    void group_servers_countTogether() {
        ServiceKey second = ServiceKey.tcp("192.0.2.2:80");
        counts.put(MonitoredService.builder("g", List.of(VirtualService.of(WEB, "rr"), VirtualService.of(second, "rr")))
                .server(MonitoredServer.of(RealServer.of(SERVER)))
                .passiveCheck(PassiveCheck.DEFAULT)
                .build());
        counts.failed(WEB, SERVER, null);
        counts.failed(second, SERVER, null);
        deliver();

        assertThat(judged).containsExactly(2);
    }

    @Test
    void failed_manyThreads_noneIsLost() throws Exception {
        counts.put(web(true, SERVER));
        CountDownLatch done = new CountDownLatch(4);
        for (int i = 0; i < 4; i++) {
            new Thread(() -> {
                        for (int j = 0; j < 10_000; j++) {
                            counts.failed(WEB, SERVER, null);
                        }
                        done.countDown();
                    })
                    .start();
        }
        while (done.getCount() > 0) {
            assertThat(reports.size()).isLessThanOrEqualTo(1);
            deliver();
        }
        deliver();

        assertThat(judged.get(judged.size() - 1)).isEqualTo(40_000);
    }

    @Test
    void answered_noFailureBefore_allocatesNothing() {
        counts.put(web(true, SERVER));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                counts.answered(WEB, SERVER);
                counts.answered(WEB, OTHER);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isLessThan(10_000);
    }
}
