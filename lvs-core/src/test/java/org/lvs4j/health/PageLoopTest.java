package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.health.EngineFixture.every2Seconds;
import static org.lvs4j.health.ProbeLoop.Verdict.DOWN;
import static org.lvs4j.health.ProbeLoop.Verdict.UNCHANGED;
import static org.lvs4j.health.ProbeLoop.Verdict.UP;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.health.ProbeLoop.Verdict;
import org.lvs4j.net.Endpoint;

class PageLoopTest {
    private static final long INTERVAL = 2_000_000_000L;
    private static final long RETRY_INTERVAL = 500_000_000L;

    private static PageLoop loop(int pages, boolean fast, boolean atStart, boolean likeKeepalived22) {
        return loop(every2Seconds().retries(1).build(), pages, fast, atStart, likeKeepalived22);
    }

    private static PageLoop loop(
            CheckSchedule schedule, int pages, boolean fast, boolean atStart, boolean likeKeepalived22) {
        List<HttpPage> list = new ArrayList<>();
        for (int i = 0; i < pages; i++) {
            list.add(HttpPage.of("/" + i));
        }
        return new PageLoop(
                new HttpCheck(
                        ProbeTarget.of(Endpoint.parse("10.0.0.2:80")),
                        schedule,
                        false,
                        false,
                        HttpCheck.Version.HTTP_1_0,
                        fast,
                        list),
                atStart,
                likeKeepalived22);
    }

    /** A result for a page, which must be the one that is asked for. */
    private static Verdict result(PageLoop loop, int page, boolean passed, long pause) {
        assertThat(loop.page()).isEqualTo(page);
        Verdict verdict = passed ? loop.passed() : loop.failed();
        assertThat(loop.pauseNanos()).isEqualTo(pause);
        return verdict;
    }

    @Test
    void passed_pages_inTurn() {
        PageLoop loop = loop(3, false, true, false);

        for (int probe = 0; probe < 7; probe++) {
            assertThat(result(loop, probe % 3, true, INTERVAL)).isEqualTo(UNCHANGED);
        }
    }

    @Test
    void failed_secondPageBeforeTheFirstFullPass_down() {
        PageLoop loop = loop(2, false, true, false);
        result(loop, 0, true, INTERVAL);

        assertThat(result(loop, 1, false, INTERVAL)).isEqualTo(DOWN);
    }

    @Test
    void failed_afterAFullPass_repeated() {
        PageLoop loop = loop(2, false, true, false);
        result(loop, 0, true, INTERVAL);
        result(loop, 1, true, INTERVAL);
        result(loop, 0, true, INTERVAL);

        assertThat(result(loop, 1, false, RETRY_INTERVAL)).isEqualTo(UNCHANGED);
        assertThat(result(loop, 1, false, INTERVAL)).isEqualTo(DOWN);
    }

    @Test
    void passed_failedPage_allPagesBeforeUp() {
        PageLoop loop = loop(3, false, true, false);
        result(loop, 0, true, INTERVAL);
        result(loop, 1, false, INTERVAL);

        assertThat(result(loop, 1, false, INTERVAL)).isEqualTo(UNCHANGED);
        assertThat(result(loop, 1, true, INTERVAL)).isEqualTo(UNCHANGED);
        assertThat(result(loop, 0, true, INTERVAL)).isEqualTo(UNCHANGED);
        assertThat(result(loop, 1, true, INTERVAL)).isEqualTo(UNCHANGED);
        assertThat(result(loop, 2, true, INTERVAL)).isEqualTo(UP);
        assertThat(loop.page()).isZero();
    }

    @Test
    void failed_onTheWayUp_takesThePlaceOfTheFailedPage() {
        PageLoop loop = loop(3, false, true, false);
        result(loop, 0, false, INTERVAL);
        result(loop, 0, true, INTERVAL);
        result(loop, 0, true, INTERVAL);

        assertThat(result(loop, 1, false, INTERVAL)).isEqualTo(UNCHANGED);
        result(loop, 1, true, INTERVAL);
        result(loop, 0, true, INTERVAL);
        result(loop, 1, true, INTERVAL);
        assertThat(result(loop, 2, true, INTERVAL)).isEqualTo(UP);
    }

    @Test
    void failed_onTheWayUpLikeKeepalived22_repeatedUntilItPasses() {
        PageLoop loop = loop(2, false, true, true);
        result(loop, 0, true, INTERVAL);
        result(loop, 1, true, INTERVAL);
        result(loop, 0, false, RETRY_INTERVAL);
        result(loop, 0, false, INTERVAL);
        result(loop, 0, true, INTERVAL);
        for (int i = 0; i < 5; i++) {
            assertThat(result(loop, 0, false, RETRY_INTERVAL)).isEqualTo(UNCHANGED);
        }

        result(loop, 0, true, INTERVAL);
        assertThat(result(loop, 1, true, INTERVAL)).isEqualTo(UP);
    }

    @Test
    void failed_onTheWayUpLikeKeepalived22BeforeTheFirstFullPass_takesThePlaceOfTheFailedPage() {
        PageLoop loop = loop(2, false, true, true);
        result(loop, 0, false, INTERVAL);
        result(loop, 0, true, INTERVAL);
        result(loop, 0, true, INTERVAL);

        result(loop, 1, false, INTERVAL);
        result(loop, 1, false, INTERVAL);
        result(loop, 1, true, INTERVAL);
        result(loop, 0, true, INTERVAL);
        assertThat(result(loop, 1, true, INTERVAL)).isEqualTo(UP);
    }

    @Test
    void failed_onTheWayUpLikeKeepalived22WithoutRepetitions_takesThePlaceOfTheFailedPage() {
        PageLoop loop = loop(every2Seconds().retries(0).build(), 1, false, true, true);
        result(loop, 0, true, INTERVAL);
        result(loop, 0, false, INTERVAL);
        result(loop, 0, true, INTERVAL);

        result(loop, 0, false, INTERVAL);
        assertThat(result(loop, 0, true, INTERVAL)).isEqualTo(UNCHANGED);
        assertThat(result(loop, 0, true, INTERVAL)).isEqualTo(UP);
    }

    @Test
    void passed_fastRecovery_noPauseUntilUp() {
        PageLoop loop = loop(2, true, true, false);
        result(loop, 0, true, 0);
        result(loop, 1, true, INTERVAL);
        result(loop, 0, true, INTERVAL);
        result(loop, 1, false, RETRY_INTERVAL);
        result(loop, 1, false, INTERVAL);

        result(loop, 1, true, 0);
        result(loop, 0, true, 0);
        assertThat(result(loop, 1, true, INTERVAL)).isEqualTo(UP);
        result(loop, 0, true, INTERVAL);
    }

    @Test
    void failed_retryIntervalLongerThanInterval_whileDownTheLongerOne() {
        CheckSchedule schedule =
                every2Seconds().retryInterval(java.time.Duration.ofSeconds(3)).build();
        PageLoop loop = loop(schedule, 1, false, true, false);

        result(loop, 0, false, 3_000_000_000L);
        result(loop, 0, false, 3_000_000_000L);
    }

    @Test
    void adopt_whileDown_failedPageIsKept() {
        PageLoop old = loop(3, false, true, false);
        result(old, 0, true, INTERVAL);
        result(old, 1, false, INTERVAL);
        PageLoop next = loop(3, false, false, false);
        PageLoop like22 = loop(3, false, false, true);

        next.adopt(old);
        like22.adopt(old);

        assertThat(next.page()).isEqualTo(1);
        assertThat(next.isUp()).isFalse();
        assertThat(like22.page()).isZero();
    }
}
