/** Counters that scale with cores, the rate estimator of IPVS, and snapshots of both. */
@NullMarked
package org.lvs4j.stats;

import org.jspecify.annotations.NullMarked;
