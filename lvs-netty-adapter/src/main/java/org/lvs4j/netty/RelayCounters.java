package org.lvs4j.netty;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a relay counts, from all its event loops, and the two gauges that have a ceiling. */
final class RelayCounters {
    final LongAdder accepted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder connectFailures = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder unreachable = new LongAdder();
    final LongAdder idleTimeouts = new LongAdder();
    final LongAdder aborted = new LongAdder();
    final LongAdder overConnectionLimit = new LongAdder();
    final LongAdder flowsOpened = new LongAdder();
    final LongAdder datagramsDropped = new LongAdder();
    final LongAdder overFlowLimit = new LongAdder();
    final AtomicInteger openConnections = new AtomicInteger();
    final AtomicInteger openFlows = new AtomicInteger();

    /** Takes one of a limited number. */
    static boolean take(AtomicInteger gauge, int limit) {
        if (gauge.incrementAndGet() > limit) {
            gauge.decrementAndGet();
            return false;
        }
        return true;
    }

    RelaySnapshot snapshot() {
        return new RelaySnapshot(
                openConnections.get(),
                accepted.sum(),
                refused.sum(),
                connectFailures.sum(),
                retries.sum(),
                unreachable.sum(),
                idleTimeouts.sum(),
                aborted.sum(),
                overConnectionLimit.sum(),
                openFlows.get(),
                flowsOpened.sum(),
                datagramsDropped.sum(),
                overFlowLimit.sum());
    }
}
