package org.lvs4j.health;

/**
 * The loop of every check but {@link HttpCheck}.
 *
 * <pre>
 *   passed                          failures = 0, up          interval
 *   failed, failures &lt; retries      failures + 1              retryInterval
 *   failed, failures = retries      failures = 0, down        interval
 * </pre>
 *
 * <p>At the start {@code failures = retries}, so that the first failure decides. While a check is down, its failed probes
 * are not repeated. {@link SmtpCheck} is the exception to both, and {@link TcpCheck} to the second in keepalived 2.2.
 */
final class RetryLoop extends ProbeLoop {
    private final boolean repeatsWhileDown;

    private RetryLoop(CheckSchedule schedule, boolean atStart, boolean repeatsWhileDown) {
        super(schedule, atStart);
        this.repeatsWhileDown = repeatsWhileDown;
    }

    static RetryLoop of(Check check, CheckSchedule schedule, boolean atStart, boolean likeKeepalived22) {
        boolean smtp = check instanceof SmtpCheck;
        RetryLoop loop = new RetryLoop(schedule, atStart, smtp || (likeKeepalived22 && check instanceof TcpCheck));
        loop.failures = atStart && !smtp ? schedule.retries() : 0;
        return loop;
    }

    @Override
    Verdict passed() {
        failures = 0;
        pauseFor(intervalNanos());
        return roundPassed();
    }

    @Override
    Verdict failed() {
        if (failures < schedule.retries() && (isUp() || repeatsWhileDown)) {
            failures++;
            pauseFor(retryIntervalNanos());
            return Verdict.UNCHANGED;
        }
        failures = 0;
        pauseFor(intervalNanos());
        return roundFailed();
    }
}
