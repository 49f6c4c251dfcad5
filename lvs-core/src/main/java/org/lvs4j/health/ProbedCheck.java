package org.lvs4j.health;

import org.lvs4j.health.ProbeLoop.Verdict;

/**
 * A check by probes: waits, probes, judges, waits again. The pause counts from the end of a probe, that of a
 * {@link MiscCheck} from its start.
 */
final class ProbedCheck extends CheckState {
    private static final long FIRST_PAUSE = 1_000_000_000L;
    private static final int MIN_WEIGHT_STATUS = 2;
    private static final long NO_PROBE = -1;

    private final Check check;
    private final ProbeLoop loop;
    private final Timers.Timer timer = new Timers.Timer() {
        @Override
        void fire(long now) {
            probe(now);
        }
    };
    private long probe = NO_PROBE;
    private long probeStart;
    private boolean probed;
    private String reason = "";
    private long addedWeight;

    ProbedCheck(ServerState server, Check check, long now, boolean atStart) {
        super(server, now);
        this.check = check;
        boolean likeKeepalived22 = server.pool.context.likeKeepalived22;
        loop = check instanceof HttpCheck http
                ? new PageLoop(http, atStart, likeKeepalived22)
                : RetryLoop.of(check, scheduleOf(check), atStart, likeKeepalived22);
    }

    private static CheckSchedule scheduleOf(Check check) {
        if (check instanceof MiscCheck misc) {
            return misc.schedule();
        }
        return ((NetworkCheck) check).schedule();
    }

    @Override
    Check check() {
        return check;
    }

    @Override
    boolean isUp() {
        return loop.isUp();
    }

    @Override
    long addedWeight() {
        return addedWeight;
    }

    @Override
    String reason() {
        return reason;
    }

    @Override
    void adopt(CheckState old) {
        ProbedCheck that = (ProbedCheck) old;
        adoptSince(old);
        loop.adopt(that.loop);
        probed = that.probed;
        reason = that.reason;
        addedWeight = that.addedWeight;
    }

    @Override
    void goOn(long now, CheckState old) {
        ProbedCheck that = (ProbedCheck) old;
        EngineContext context = server.pool.context;
        loop.goOn(that.loop);
        if (that.probe != NO_PROBE) {
            probe = that.probe;
            probeStart = that.probeStart;
            that.probe = NO_PROBE;
            context.handOver(probe, this);
        } else {
            long deadline = that.timer.deadline();
            boolean shorter = loop.intervalNanos() < that.loop.intervalNanos();
            context.timers.set(timer, shorter ? Math.min(deadline, now + loop.intervalNanos()) : deadline);
        }
    }

    @Override
    void begin(long now) {
        if (timer.isSet() || probe != NO_PROBE) {
            return;
        }
        EngineContext context = server.pool.context;
        double part = context.random.nextDouble();
        long warmup = loop.schedule.warmup().toNanos();
        context.timers.set(timer, now + FIRST_PAUSE + (long) (part * warmup));
    }

    @Override
    void retire() {
        EngineContext context = server.pool.context;
        context.timers.cancel(timer);
        if (probe != NO_PROBE) {
            context.cancelProbe(probe);
            probe = NO_PROBE;
        }
    }

    private void probe(long now) {
        EngineContext context = server.pool.context;
        if (!server.pool.isProbed()) {
            context.timers.set(timer, now + loop.schedule.interval().toNanos());
            return;
        }
        probeStart = now;
        probe = context.startProbe(this, loop.page());
    }

    /** The probe under way has a result. */
    void finished(long now, ProbeResult result) {
        probe = NO_PROBE;
        boolean first = !probed;
        probed = true;
        reason = result.reason();
        Verdict verdict = result.passed() ? loop.passed() : loop.failed();
        boolean weightChanged = weigh(result);
        long from = check instanceof MiscCheck ? probeStart : now;
        server.pool.context.timers.set(timer, Math.max(now, from + loop.pauseNanos()));
        if (!result.passed() && verdict == Verdict.UNCHANGED) {
            reportFailure();
            if (first && !loop.isUp()) {
                server.failedAtStart(now, reason);
            }
        }
        conclude(now, verdict, weightChanged);
    }

    /** Sets the weight by an exit status. A failure takes effect when it is final. */
    private boolean weigh(ProbeResult result) {
        if (!(check instanceof MiscCheck misc) || !misc.dynamic() || (!result.passed() && loop.isUp())) {
            return false;
        }
        long before = addedWeight;
        int status = result.exitStatus();
        addedWeight = result.passed() && status >= MIN_WEIGHT_STATUS
                ? (long) status - MIN_WEIGHT_STATUS - server.config.server().weight()
                : 0;
        return addedWeight != before;
    }

    private void reportFailure() {
        if (loop.schedule.logFailures()) {
            server.actions()
                    .event(new HealthEvent.ProbeFailed(
                            server.pool.name(), server.pool.keys(), server.config.server(), check, reason));
        }
    }

    @Override
    void repair(long now) {
        EngineContext context = server.pool.context;
        if (probe != NO_PROBE && !context.isUnderWay(probe, this)) {
            probe = NO_PROBE;
        }
        if (probe == NO_PROBE && !timer.isSet()) {
            context.timers.set(timer, now + loop.intervalNanos());
        }
    }

    @Override
    CheckHealth snapshot() {
        return new CheckHealth(
                check, isUp(), since(), probed, probe != NO_PROBE, loop.failures, reason, timer.deadline());
    }
}
