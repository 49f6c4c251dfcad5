/**
 * Recorded timelines of health checks, played on a virtual clock: the servers of a recording are simulated, down to the
 * bytes they send, and a {@link org.lvs4j.health.HealthEngine} decides what happens in the table of a director.
 */
@NullMarked
package org.lvs4j.replay.health;

import org.jspecify.annotations.NullMarked;
