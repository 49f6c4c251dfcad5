/** Affinity: what a client is known by, and for how long it stays on its server. Internal: not exported. */
@NullMarked
package org.lvs4j.internal.persistence;

import org.jspecify.annotations.NullMarked;
