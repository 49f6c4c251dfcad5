package org.lvs4j.health;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.service.RealServer;

/**
 * A real server while the engine runs. It is alive while all of its checks are up and failed connections of clients have
 * not ejected it.
 */
final class ServerState {
    final Pool pool;
    final MonitoredServer config;
    private final List<CheckState> checks = new ArrayList<>();
    private final Timers.Timer ejectionEnd = new Timers.Timer() {
        @Override
        void fire(long now) {
            ejected = false;
            if (isAlive()) {
                since = now;
                pool.serverUp(now, ServerState.this, "ejection is over");
            }
        }
    };
    private int downChecks;
    private boolean ejected;
    private Ejection ejection = new Ejection();
    private long since;
    private boolean failedAtStart;

    /** The server as it is in the table, port and forwarding as configured; null if it is not there. */
    @Nullable
    RealServer inTable;

    ServerState(Pool pool, MonitoredServer config, long now, boolean atStart) {
        this.pool = pool;
        this.config = config;
        since = now;
        for (Check check : config.checks()) {
            checks.add(CheckState.of(this, check, now, atStart));
        }
        downChecks = countDown();
    }

    private int countDown() {
        int down = 0;
        for (CheckState check : checks) {
            down += check.isUp() ? 0 : 1;
        }
        return down;
    }

    /** Continues with the state of the same server until a reload. */
    void adopt(ServerState old) {
        forSame(old, CheckState::adopt);
        downChecks = countDown();
        failedAtStart = old.failedAtStart;
        inTable = old.inTable;
        if (pool.config.passiveCheck() != null) {
            ejection = old.ejection;
            ejected = old.ejected;
            if (ejected) {
                pool.context.timers.set(ejectionEnd, old.ejectionEnd.deadline());
            }
        }
        if (isAlive() == old.isAlive()) {
            since = old.since;
        }
    }

    /** Takes over the timers and probes under way of the same checks. */
    void goOn(long now, ServerState old) {
        forSame(old, (check, before) -> check.goOn(now, before));
    }

    private void forSame(ServerState old, BiConsumer<CheckState, CheckState> action) {
        List<CheckState> left = new ArrayList<>(old.checks);
        for (CheckState check : checks) {
            for (int i = 0; i < left.size(); i++) {
                if (SameCheck.test(check.check(), left.get(i).check())) {
                    action.accept(check, left.remove(i));
                    break;
                }
            }
        }
    }

    void begin(long now) {
        for (CheckState check : checks) {
            check.begin(now);
        }
    }

    /** Cancels all timers and probes. */
    void retire() {
        pool.context.timers.cancel(ejectionEnd);
        for (CheckState check : checks) {
            check.retire();
        }
    }

    boolean isAlive() {
        return downChecks == 0 && !ejected;
    }

    boolean isEjected() {
        return ejected;
    }

    /** The configured weight and what the checks add, 0..2147483647. */
    int weight() {
        long sum = config.server().weight();
        for (CheckState check : checks) {
            sum += check.addedWeight();
        }
        return (int) Math.max(0, Math.min(sum, Integer.MAX_VALUE));
    }

    HealthActions actions() {
        return pool.context.actions;
    }

    void checkUp(long now, CheckState check) {
        downChecks--;
        if (isAlive()) {
            since = now;
            pool.serverUp(now, this, check.reason());
        }
    }

    void checkDown(long now, CheckState check) {
        boolean wasAlive = isAlive();
        downChecks++;
        if (wasAlive) {
            since = now;
            pool.serverDown(now, this, check.reason());
        }
    }

    void weightChanged(long now) {
        if (isAlive()) {
            pool.weightChanged(now, this);
        }
    }

    /** A check that is down from the start has failed for the first time: that is told once. */
    void failedAtStart(long now, String reason) {
        if (!isAlive() && !failedAtStart) {
            failedAtStart = true;
            pool.tellServer(this, false, reason);
        }
    }

    /** Whether it is out of service, so that failures are counted anew. */
    boolean connectionsFailed(long now, int failures) {
        PassiveCheck passive = pool.config.passiveCheck();
        if (passive != null && failures >= passive.failures() && isAlive() && pool.mayEject(passive)) {
            ejected = true;
            since = now;
            pool.context.timers.set(ejectionEnd, ejection.begin(passive, now));
            pool.serverDown(now, this, failures + " connections in a row have failed");
        }
        return !isAlive();
    }

    /** Agrees with its checks again, after an error. */
    void repair(long now) {
        for (CheckState check : checks) {
            check.repair(now);
        }
        downChecks = countDown();
        if (ejected && !ejectionEnd.isSet()) {
            pool.context.timers.set(ejectionEnd, now);
        }
    }

    ServerHealth snapshot() {
        return new ServerHealth(
                config,
                isAlive(),
                since,
                weight(),
                inTable != null,
                ejected,
                ejectionEnd.deadline(),
                checks.stream().map(CheckState::snapshot).toList());
    }
}
