/** The connection table, its timing wheels and the protocol state machines. Internal: not exported. */
@NullMarked
package org.lvs4j.internal.connection;

import org.jspecify.annotations.NullMarked;
