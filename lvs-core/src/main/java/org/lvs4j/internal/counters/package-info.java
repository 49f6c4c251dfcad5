/** Package. */
@NullMarked
package org.lvs4j.internal.counters;

import org.jspecify.annotations.NullMarked;
