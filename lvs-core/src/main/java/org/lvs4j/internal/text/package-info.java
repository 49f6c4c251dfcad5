/** Words of a text: how unlike they are, and times with a unit. */
@NullMarked
package org.lvs4j.internal.text;

import org.jspecify.annotations.NullMarked;
