package org.lvs4j.netty;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The counters of a relay, which all its event loops increment, and the two gauges that have a ceiling. Thread-safe.
 */
final class RelayCounters {
    final LongAdder accepted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder unidentified = new LongAdder();
    final LongAdder acceptFailures = new LongAdder();
    final LongAdder localFailures = new LongAdder();
    final LongAdder connectFailures = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder unreachable = new LongAdder();
    final LongAdder unanswered = new LongAdder();
    final LongAdder drainedIdle = new LongAdder();
    final LongAdder drainCut = new LongAdder();
    final LongAdder idleTimeouts = new LongAdder();
    final LongAdder aborted = new LongAdder();
    final LongAdder overConnectionLimit = new LongAdder();
    final LongAdder flowsOpened = new LongAdder();
    final LongAdder datagramsDropped = new LongAdder();
    final LongAdder overFlowLimit = new LongAdder();
    final AtomicInteger openConnections = new AtomicInteger();
    final AtomicInteger openFlows = new AtomicInteger();

    /**
     * Increments a gauge unless it is at its limit; returns whether it did. Threads that race for the last place may
     * all fail.
     */
    static boolean incrementBelow(AtomicInteger gauge, int limit) {
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
                unidentified.sum(),
                acceptFailures.sum(),
                localFailures.sum(),
                connectFailures.sum(),
                retries.sum(),
                unreachable.sum(),
                unanswered.sum(),
                drainedIdle.sum(),
                drainCut.sum(),
                idleTimeouts.sum(),
                aborted.sum(),
                overConnectionLimit.sum(),
                openFlows.get(),
                flowsOpened.sum(),
                datagramsDropped.sum(),
                overFlowLimit.sum());
    }
}
