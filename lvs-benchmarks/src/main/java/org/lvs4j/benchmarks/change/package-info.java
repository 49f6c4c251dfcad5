/** What a change of the configuration costs. */
@NullMarked
package org.lvs4j.benchmarks.change;

import org.jspecify.annotations.NullMarked;
