package org.lvs4j.health;

/**
 * What the results of a check mean: whether it is up, how often it is repeated, and the pause before the next probe. A
 * state machine without time: it names the length of a pause, and its caller keeps the clock.
 *
 * <p>A round is a probe with its repetitions. A check that is up goes down after {@link CheckSchedule#fall} failed rounds
 * in a row, and one that is down comes up after {@link CheckSchedule#rise} passed ones. When a monitor starts, the first
 * round decides alone: half of the servers may be dead, and clients should not find out which.
 */
abstract class ProbeLoop {
    /** What a result has changed. */
    enum Verdict {
        UNCHANGED,
        UP,
        DOWN
    }

    final CheckSchedule schedule;
    private boolean up;
    private int risen;
    private int fallen;
    private long pause;

    /** How many probes of this round have failed. */
    int failures;

    ProbeLoop(CheckSchedule schedule, boolean atStart) {
        this.schedule = schedule;
        up = !schedule.alpha();
        risen = schedule.rise() - 1;
        fallen = atStart ? schedule.fall() - 1 : 0;
    }

    /** A probe has passed. */
    abstract Verdict passed();

    /** A probe has failed. */
    abstract Verdict failed();

    /** Which page the next probe asks for. */
    int page() {
        return 0;
    }

    final boolean isUp() {
        return up;
    }

    /** The pause after the last result, in nanoseconds. */
    final long pauseNanos() {
        return pause;
    }

    /** Continues with the state of the loop that ran the same check until a reload. */
    void adopt(ProbeLoop old) {
        up = old.up;
        risen = old.risen;
        fallen = old.fallen;
        failures = old.failures;
    }

    /** Continues with the state of a loop that goes on, its place in a round included. */
    void goOn(ProbeLoop old) {
        adopt(old);
    }

    final void pauseFor(long nanos) {
        pause = nanos;
    }

    final long intervalNanos() {
        return schedule.interval().toNanos();
    }

    final long retryIntervalNanos() {
        return schedule.retryInterval().toNanos();
    }

    final Verdict roundPassed() {
        fallen = 0;
        if (up || ++risen < schedule.rise()) {
            return Verdict.UNCHANGED;
        }
        up = true;
        return Verdict.UP;
    }

    final Verdict roundFailed() {
        risen = 0;
        if (!up || ++fallen < schedule.fall()) {
            return Verdict.UNCHANGED;
        }
        up = false;
        fallen = 0;
        return Verdict.DOWN;
    }
}
