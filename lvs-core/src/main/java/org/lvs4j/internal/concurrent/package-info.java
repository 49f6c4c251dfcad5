/** Package. */
@NullMarked
package org.lvs4j.internal.concurrent;

import org.jspecify.annotations.NullMarked;
