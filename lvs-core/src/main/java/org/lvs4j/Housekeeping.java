package org.lvs4j;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.lvs4j.connection.ConnectionTable;
import org.lvs4j.stats.Statistics;

/**
 * What happens by itself as time passes. Whoever calls {@link #advance} first after something is due does it; the
 * others go on.
 */
final class Housekeeping {
    private static final long ESTIMATE_NANOS = TimeUnit.SECONDS.toNanos(Statistics.ESTIMATE_SECONDS);

    private final Configuration configuration;
    private final ConnectionTable connections;
    private final Statistics total;
    private final AtomicLong nextEstimate;
    private final AtomicLong nextScan;

    Housekeeping(Configuration configuration, ConnectionTable connections, Statistics total, long nowNanos) {
        this.configuration = configuration;
        this.connections = connections;
        this.total = total;
        nextEstimate = new AtomicLong(nowNanos + ESTIMATE_NANOS);
        nextScan = new AtomicLong(nowNanos + Trash.SCAN_NANOS);
    }

    void advance(long nowNanos) {
        connections.advance(nowNanos);
        for (long due = nextEstimate.get(); nowNanos - due >= 0; due = nextEstimate.get()) {
            if (nextEstimate.compareAndSet(due, due + ESTIMATE_NANOS)) {
                estimate();
            }
        }
        for (long due = nextScan.get(); nowNanos - due >= 0; due = nextScan.get()) {
            if (nextScan.compareAndSet(due, due + Trash.SCAN_NANOS)) {
                configuration.emptyTrash(due);
            }
        }
    }

    private void estimate() {
        total.estimate();
        for (ServiceState service : configuration.table().all()) {
            service.statistics().estimate();
            ServerPool pool = service.view().servers();
            for (int i = 0; i < pool.size(); i++) {
                pool.state(i).statistics().estimate();
            }
        }
    }
}
