/**
 * Health of real servers: probes on event loops and in processes, and the monitor that keeps a director's table by them.
 */
@NullMarked
package org.lvs4j.netty.health;

import org.jspecify.annotations.NullMarked;
