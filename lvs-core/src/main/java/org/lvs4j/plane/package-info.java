/** Package. */
@NullMarked
package org.lvs4j.plane;

import org.jspecify.annotations.NullMarked;
