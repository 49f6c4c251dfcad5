package org.lvs4j;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.internal.counters.Statistics;
import org.lvs4j.internal.persistence.Templates;
import org.lvs4j.service.Sysctl;

/**
 * The director's clock and its periodic work: expiry, rate estimates, defences, slow start, drains, removed servers. The first
 * thread that calls {@link #advance} after some work is due does the work; other threads do not wait.
 */
final class Housekeeping {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Longer than the scans of the {@link Trash} take, and than {@code drop_entry} needs to choose all it may. */
    private static final long MAX_REPEATED_SECONDS = 300;

    private final LongSupplier ticker;
    private final ServiceRegistry services;
    private final Settings settings;
    private final ConnectionTable connections;
    private final HeldConnections heldConnections;
    private final Templates templates;
    private final Defence defence;
    private final Drains drains;
    private final Statistics total;
    private final long originNanos;
    private final AtomicLong nextRun;

    // In seconds since the director was built.
    private final AtomicLong nextSecond = new AtomicLong(1);
    private final AtomicBoolean serversRemoved = new AtomicBoolean();

    Housekeeping(
            LongSupplier ticker,
            ServiceRegistry services,
            Settings settings,
            ConnectionTable connections,
            HeldConnections heldConnections,
            Templates templates,
            Defence defence,
            Drains drains,
            Statistics total,
            long nowNanos) {
        this.ticker = ticker;
        this.services = services;
        this.settings = settings;
        this.connections = connections;
        this.heldConnections = heldConnections;
        this.templates = templates;
        this.defence = defence;
        this.drains = drains;
        this.total = total;
        originNanos = nowNanos;
        nextRun = new AtomicLong(nowNanos);
    }

    /** The ticker's time. */
    long now() {
        return ticker.getAsLong();
    }

    /**
     * Does the work that is due at the ticker's time; returns that time. Nothing is due between two ticks of
     * the timer wheel.
     */
    long advance() {
        long nowNanos = ticker.getAsLong();
        long due = nextRun.get();
        if (nowNanos - due >= 0) {
            run(due, nowNanos);
        }
        return nowNanos;
    }

    private void run(long due, long nowNanos) {
        long next = connections.advance(nowNanos);
        runPeriodic(nowNanos);
        drains.advance(nowNanos);
        // Fails if another thread has advanced further, or if servers have been removed meanwhile.
        nextRun.compareAndSet(due, next);
        // The flag is read after that: a removal sets the flag before it makes a run due.
        if (serversRemoved.get() && serversRemoved.compareAndSet(true, false)) {
            Defence.expireNoDestination(connections, heldConnections, templates);
        }
    }

    private void runPeriodic(long nowNanos) {
        long last = Math.floorDiv(nowNanos - originNanos, SECOND_NANOS);
        for (long second = nextSecond.get(); second <= last; second = nextSecond.get()) {
            if (nextSecond.compareAndSet(second, last + 1)) {
                runSeconds(second, last);
            }
        }
    }

    /**
     * Does the work of some seconds. After a long pause, work that has come to rest is not repeated: a connection that
     * {@code drop_entry} may choose has been chosen, and an unused server has been found unused for long enough.
     */
    private void runSeconds(long first, long last) {
        defence.update();
        services.advanceSlowStarts();
        long estimates = last / Statistics.ESTIMATE_SECONDS - (first - 1) / Statistics.ESTIMATE_SECONDS;
        if (estimates > 0 && settings.on(Sysctl.RUN_ESTIMATION)) {
            estimate(estimates);
        }
        for (long second = Math.max(first, last - MAX_REPEATED_SECONDS + 1); second <= last; second++) {
            long dueNanos = originNanos + second * SECOND_NANOS;
            defence.dropEntries(connections, heldConnections, templates, dueNanos);
            if (second % Trash.SCAN_SECONDS == 0) {
                services.emptyTrash(dueNanos);
                drains.forgetRemoved();
            }
        }
    }

    /**
     * To be called after servers were removed: with {@code expire_nodest_conn}, their connections expire at
     * the next run.
     */
    void serversRemoved() {
        if (settings.on(Sysctl.EXPIRE_NODEST_CONN)) {
            serversRemoved.set(true);
            nextRun.set(ticker.getAsLong());
        }
    }

    private void estimate(long times) {
        total.estimate(times);
        for (ServiceState service : services.table().all()) {
            service.statistics().estimate(times);
            ServerPool pool = service.view().servers();
            for (int i = 0; i < pool.size(); i++) {
                pool.state(i).statistics().estimate(times);
            }
        }
    }
}
