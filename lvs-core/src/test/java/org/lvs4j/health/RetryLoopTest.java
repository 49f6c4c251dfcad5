package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.health.EngineFixture.every2Seconds;
import static org.lvs4j.health.ProbeLoop.Verdict.DOWN;
import static org.lvs4j.health.ProbeLoop.Verdict.UNCHANGED;
import static org.lvs4j.health.ProbeLoop.Verdict.UP;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;

class RetryLoopTest {
    private static final ProbeTarget TARGET = ProbeTarget.of(Endpoint.parse("10.0.0.2:80"));
    private static final long INTERVAL = 2_000_000_000L;
    private static final long RETRY_INTERVAL = 500_000_000L;

    private static RetryLoop tcp(CheckSchedule schedule, boolean atStart, boolean likeKeepalived22) {
        return RetryLoop.of(new TcpCheck(TARGET, schedule), schedule, atStart, likeKeepalived22);
    }

    @Test
    void failed_firstProbeAtStart_down() {
        RetryLoop loop = tcp(every2Seconds().retries(5).build(), true, false);

        assertThat(loop.failed()).isEqualTo(DOWN);
        assertThat(loop.isUp()).isFalse();
        assertThat(loop.pauseNanos()).isEqualTo(INTERVAL);
    }

    @Test
    void failed_firstProbeAfterReload_repeated() {
        RetryLoop loop = tcp(every2Seconds().retries(2).build(), false, false);

        assertThat(loop.failed()).isEqualTo(UNCHANGED);
        assertThat(loop.pauseNanos()).isEqualTo(RETRY_INTERVAL);
        assertThat(loop.failed()).isEqualTo(UNCHANGED);
        assertThat(loop.failed()).isEqualTo(DOWN);
        assertThat(loop.pauseNanos()).isEqualTo(INTERVAL);
    }

    @Test
    void passed_afterFailures_countsFromZero() {
        RetryLoop loop = tcp(every2Seconds().retries(1).build(), true, false);
        loop.passed();

        assertThat(loop.failed()).isEqualTo(UNCHANGED);
        assertThat(loop.passed()).isEqualTo(UNCHANGED);
        assertThat(loop.failed()).isEqualTo(UNCHANGED);
        assertThat(loop.failed()).isEqualTo(DOWN);
    }

    @Test
    void failed_whileDown_onceInEachInterval() {
        RetryLoop loop = tcp(every2Seconds().retries(2).build(), true, false);
        loop.failed();

        for (int i = 0; i < 5; i++) {
            assertThat(loop.failed()).isEqualTo(UNCHANGED);
            assertThat(loop.pauseNanos()).isEqualTo(INTERVAL);
        }
        assertThat(loop.passed()).isEqualTo(UP);
    }

    @Test
    void failed_whileDownLikeKeepalived22_repeated() {
        RetryLoop loop = tcp(every2Seconds().retries(1).build(), true, true);
        loop.failed();

        loop.failed();
        assertThat(loop.pauseNanos()).isEqualTo(RETRY_INTERVAL);
        loop.failed();
        assertThat(loop.pauseNanos()).isEqualTo(INTERVAL);
    }

    @Test
    void failed_smtpAtStart_repeated() {
        CheckSchedule schedule = every2Seconds().retries(1).build();
        RetryLoop loop = RetryLoop.of(new SmtpCheck(TARGET, schedule, "me"), schedule, true, false);

        assertThat(loop.failed()).isEqualTo(UNCHANGED);
        assertThat(loop.failed()).isEqualTo(DOWN);
        assertThat(loop.failed()).isEqualTo(UNCHANGED);
        assertThat(loop.pauseNanos()).isEqualTo(RETRY_INTERVAL);
    }

    @Test
    void failed_alphaAtStart_staysDown() {
        RetryLoop loop = tcp(every2Seconds().alpha(true).build(), true, false);

        assertThat(loop.isUp()).isFalse();
        assertThat(loop.failed()).isEqualTo(UNCHANGED);
        assertThat(loop.passed()).isEqualTo(UP);
    }

    @Test
    void results_riseAndFall_roundsInARow() {
        RetryLoop loop = tcp(every2Seconds().retries(1).rise(3).fall(2).build(), true, false);
        loop.passed();

        assertThat(loop.failed()).isEqualTo(UNCHANGED);
        assertThat(loop.failed()).isEqualTo(UNCHANGED);
        assertThat(loop.passed()).isEqualTo(UNCHANGED);
        for (int probe = 0; probe < 3; probe++) {
            assertThat(loop.failed()).isEqualTo(UNCHANGED);
        }
        assertThat(loop.failed()).isEqualTo(DOWN);

        loop.passed();
        loop.passed();
        loop.failed();
        assertThat(loop.passed()).isEqualTo(UNCHANGED);
        assertThat(loop.passed()).isEqualTo(UNCHANGED);
        assertThat(loop.passed()).isEqualTo(UP);
    }

    @Test
    void results_riseAndFallAtStart_firstOneDecides() {
        CheckSchedule schedule = every2Seconds().rise(3).fall(3).build();
        CheckSchedule alpha = every2Seconds().rise(3).alpha(true).build();

        assertThat(tcp(schedule, true, false).failed()).isEqualTo(DOWN);
        assertThat(tcp(alpha, true, false).passed()).isEqualTo(UP);
    }
}
