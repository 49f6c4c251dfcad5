/** Words of a text, and how unlike they are. */
@NullMarked
package org.lvs4j.internal.text;

import org.jspecify.annotations.NullMarked;
