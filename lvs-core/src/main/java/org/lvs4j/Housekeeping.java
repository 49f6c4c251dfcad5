package org.lvs4j;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.counters.Statistics;
import org.lvs4j.internal.persistence.Templates;
import org.lvs4j.service.Sysctl;

/**
 * What happens by itself as time passes. Whoever calls {@link #advance} first after something is due does it; the
 * others go on.
 */
final class Housekeeping {
    private static final long ESTIMATE_NANOS = TimeUnit.SECONDS.toNanos(Statistics.ESTIMATE_SECONDS);

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier ticker;
    private final ServiceRegistry services;
    private final Settings settings;
    private final ConnectionTable connections;
    private final Templates templates;
    private final Defence defence;
    private final Statistics total;
    private final AtomicLong nextEstimate;
    private final AtomicLong nextScan;
    private final AtomicLong nextLook;
    private final AtomicLong nextTurn;
    private final AtomicBoolean removals = new AtomicBoolean();

    Housekeeping(
            LongSupplier ticker,
            ServiceRegistry services,
            Settings settings,
            ConnectionTable connections,
            Templates templates,
            Defence defence,
            Statistics total,
            long nowNanos) {
        this.ticker = ticker;
        this.services = services;
        this.settings = settings;
        this.connections = connections;
        this.templates = templates;
        this.defence = defence;
        this.total = total;
        nextTurn = new AtomicLong(nowNanos);
        nextLook = new AtomicLong(nowNanos + SECOND_NANOS);
        nextEstimate = new AtomicLong(nowNanos + ESTIMATE_NANOS);
        nextScan = new AtomicLong(nowNanos + Trash.SCAN_NANOS);
    }

    /** The present time. */
    long now() {
        return ticker.getAsLong();
    }

    /** Advances to the present time and returns it. */
    long advance() {
        long now = ticker.getAsLong();
        advance(now);
        return now;
    }

    /** Mostly there is nothing to do until the next tick; everything else that is due falls on a tick as well. */
    private void advance(long nowNanos) {
        long turn = nextTurn.get();
        if (nowNanos - turn >= 0) {
            turn(turn, nowNanos);
        }
    }

    private void turn(long turn, long nowNanos) {
        long next = connections.advance(nowNanos);
        lookAround(nowNanos);
        // Fails if another thread has come further already, or servers have been removed.
        nextTurn.compareAndSet(turn, next);
        // Afterwards: who removes servers says so first, and asks for a turn then.
        if (removals.get() && removals.compareAndSet(true, false)) {
            Defence.expireNoDestination(connections, templates);
        }
    }

    private void lookAround(long nowNanos) {
        for (long due = nextLook.get(); nowNanos - due >= 0; due = nextLook.get()) {
            if (nextLook.compareAndSet(due, due + SECOND_NANOS)) {
                defence.update();
                defence.dropEntries(connections, templates, due);
                services.advanceSlowStarts();
            }
        }
        for (long due = nextEstimate.get(); nowNanos - due >= 0; due = nextEstimate.get()) {
            if (nextEstimate.compareAndSet(due, due + ESTIMATE_NANOS)) {
                if (settings.on(Sysctl.RUN_ESTIMATION)) {
                    estimate();
                }
            }
        }
        for (long due = nextScan.get(); nowNanos - due >= 0; due = nextScan.get()) {
            if (nextScan.compareAndSet(due, due + Trash.SCAN_NANOS)) {
                services.emptyTrash(due);
            }
        }
    }

    /** To be called when servers have been removed: their connections may have to go, with whoever lets time pass next. */
    void serversRemoved() {
        if (settings.on(Sysctl.EXPIRE_NODEST_CONN)) {
            removals.set(true);
            nextTurn.set(ticker.getAsLong());
        }
    }

    private void estimate() {
        total.estimate();
        for (ServiceState service : services.table().all()) {
            service.statistics().estimate();
            ServerPool pool = service.view().servers();
            for (int i = 0; i < pool.size(); i++) {
                pool.state(i).statistics().estimate();
            }
        }
    }
}
