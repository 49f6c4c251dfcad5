/** Benchmarks of reading a director's meters. */
@NullMarked
package org.lvs4j.benchmarks.metrics;

import org.jspecify.annotations.NullMarked;
