/** Addresses, ports and flow keys as primitives, and their text forms. */
@NullMarked
package org.lvs4j.net;

import org.jspecify.annotations.NullMarked;
