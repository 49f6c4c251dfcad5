/**
 * Persistence templates: which server a client's connections go to, and for how long. May use
 * {@code internal.connection} for the servers and the connections that a template has; does not depend on schedulers or
 * the director. Internal: not exported.
 */
@NullMarked
package org.lvs4j.internal.persistence;

import org.jspecify.annotations.NullMarked;
