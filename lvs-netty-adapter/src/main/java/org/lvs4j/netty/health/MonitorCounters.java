package org.lvs4j.netty.health;

import java.util.concurrent.atomic.LongAdder;

/** What a monitor counts. Thread-safe. */
final class MonitorCounters {
    final LongAdder probes = new LongAdder();
    final LongAdder passed = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder cancelled = new LongAdder();
    final LongAdder notMade = new LongAdder();
    final LongAdder delayed = new LongAdder();
    final LongAdder changes = new LongAdder();
    final LongAdder changesRefused = new LongAdder();
    final LongAdder serversUp = new LongAdder();
    final LongAdder serversDown = new LongAdder();
    final LongAdder scripts = new LongAdder();
    final LongAdder scriptFailures = new LongAdder();
    final LongAdder scriptsDropped = new LongAdder();
    final LongAdder linesDropped = new LongAdder();
}
