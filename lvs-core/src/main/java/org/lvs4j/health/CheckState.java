package org.lvs4j.health;

import org.lvs4j.health.ProbeLoop.Verdict;

/** A check of a server while the engine runs. */
abstract sealed class CheckState permits ProbedCheck, FiledCheck {
    final ServerState server;
    private long since;

    CheckState(ServerState server, long now) {
        this.server = server;
        since = now;
    }

    /** A check that has had no result. */
    static CheckState of(ServerState server, Check check, long now, boolean atStart) {
        return check instanceof FileCheck file
                ? new FiledCheck(server, file, now)
                : new ProbedCheck(server, check, now, atStart);
    }

    abstract Check check();

    abstract boolean isUp();

    /** What it adds to the weight of its server. */
    abstract long addedWeight();

    abstract String reason();

    /** Continues with the state of the same check until a reload, see {@link SameCheck}. */
    abstract void adopt(CheckState old);

    /** Goes on with the timer, or the probe under way, of the same check; {@link #begin} then does nothing. */
    abstract void goOn(long now, CheckState old);

    /** Starts to probe, the first time after one second and a random part of the warm-up. */
    abstract void begin(long now);

    /** Cancels its timer and its probe. */
    abstract void retire();

    /** Waits or probes again, if an error has prevented it. */
    abstract void repair(long now);

    abstract CheckHealth snapshot();

    final long since() {
        return since;
    }

    final void adoptSince(CheckState old) {
        since = old.since;
    }

    /** Tells the server what a result has changed. */
    final void conclude(long now, Verdict verdict, boolean weightChanged) {
        switch (verdict) {
            case UP -> {
                since = now;
                report(true);
                server.checkUp(now, this);
            }
            case DOWN -> {
                since = now;
                report(false);
                server.checkDown(now, this);
            }
            case UNCHANGED -> {
                if (weightChanged) {
                    server.weightChanged(now);
                }
            }
        }
    }

    private void report(boolean up) {
        server.actions()
                .event(new HealthEvent.CheckChanged(
                        server.pool.name(), server.pool.keys(), server.config.server(), check(), up, reason()));
    }
}
