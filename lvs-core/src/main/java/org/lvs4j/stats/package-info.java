/** Traffic counters and rates as values. */
@NullMarked
package org.lvs4j.stats;

import org.jspecify.annotations.NullMarked;
