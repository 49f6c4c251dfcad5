/** Benchmarks of changes of the configuration. */
@NullMarked
package org.lvs4j.benchmarks.change;

import org.jspecify.annotations.NullMarked;
