/**
 * Concurrent data structures without a domain: tables of ids, per-thread values, a timer wheel, stripes of counters, a
 * board of loads. May use the JDK only. Internal: not exported.
 */
@NullMarked
package org.lvs4j.internal.concurrent;

import org.jspecify.annotations.NullMarked;
