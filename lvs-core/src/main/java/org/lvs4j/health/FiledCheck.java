package org.lvs4j.health;

import org.lvs4j.health.ProbeLoop.Verdict;

/**
 * A check by the number in a file. The number times the factor is added to the weight. With factor 0 the number alone
 * decides; with another one the check is down only if the product is at most -2147483648.
 */
final class FiledCheck extends CheckState {
    private final FileCheck check;
    private int number;

    FiledCheck(ServerState server, FileCheck check, long now) {
        super(server, now);
        this.check = check;
        number = server.pool.context.fileNumber(check.file());
    }

    @Override
    FileCheck check() {
        return check;
    }

    @Override
    boolean isUp() {
        return check.weight() == 0 ? (number == 0) != check.reverse() : addedWeight() > Integer.MIN_VALUE;
    }

    @Override
    long addedWeight() {
        long product = (long) number * check.weight();
        return check.reverse() ? -product : product;
    }

    @Override
    String reason() {
        return check.file().name() + " is " + number;
    }

    @Override
    void adopt(CheckState old) {
        if (isUp() == old.isUp()) {
            adoptSince(old);
        }
    }

    @Override
    void goOn(long now, CheckState old) {}

    @Override
    void begin(long now) {
        server.pool.context.watch(check.file(), this);
    }

    @Override
    void retire() {
        server.pool.context.unwatch(check.file(), this);
    }

    /** The file has another number. */
    void changed(long now, int newNumber) {
        boolean wasUp = isUp();
        long weight = addedWeight();
        number = newNumber;
        Verdict verdict = isUp() == wasUp ? Verdict.UNCHANGED : wasUp ? Verdict.DOWN : Verdict.UP;
        conclude(now, verdict, addedWeight() != weight);
    }

    @Override
    void repair(long now) {
        number = server.pool.context.fileNumber(check.file());
    }

    @Override
    CheckHealth snapshot() {
        return new CheckHealth(check, isUp(), since(), true, false, 0, reason(), Long.MAX_VALUE);
    }
}
