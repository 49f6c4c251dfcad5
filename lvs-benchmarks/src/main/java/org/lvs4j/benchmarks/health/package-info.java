/** What health checks cost, beside a loop that only connects and closes. */
@NullMarked
package org.lvs4j.benchmarks.health;

import org.jspecify.annotations.NullMarked;
