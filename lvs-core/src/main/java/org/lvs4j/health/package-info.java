/**
 * Health of real servers: what is checked, how often, and what a failure changes. Every rule is that of keepalived 2.2.7,
 * except where a value is named as ours. Nothing here opens a socket, starts a process or reads a clock.
 */
@NullMarked
package org.lvs4j.health;

import org.jspecify.annotations.NullMarked;
