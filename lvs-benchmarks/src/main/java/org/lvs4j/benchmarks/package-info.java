/** Benchmarks of schedulers and of new connections: one class per question, and the peers that are measured. */
@NullMarked
package org.lvs4j.benchmarks;

import org.jspecify.annotations.NullMarked;
