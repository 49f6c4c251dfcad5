package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.netty.Transport;

final class BusyLoopTest {
    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void answer_arrivedWhileTheLoopWasBusy_counts(Transport transport) throws Exception {
        try (Servers.Tcp server = Servers.Tcp.start(Servers.http("HTTP/1.0 200 OK\r\n\r\n"));
                ProbeFixture fixture = new ProbeFixture(transport)) {
            ProbeFixture.End end = new ProbeFixture.End();
            fixture.loop.execute(() -> {
                fixture.start(HttpCheck.of(ProbeFixture.impatient(server.address()), ProbeFixture.SCHEDULE, "/"), end);
                // The connection opens meanwhile; the loop finds out after the time is up.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(400));
            });
            assertThat(end.result()).isEqualTo(ProbeResult.passed("status 200"));
        }
    }
}
