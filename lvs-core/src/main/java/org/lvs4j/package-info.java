/** The director: the one facade over services, schedulers and connections. */
@NullMarked
package org.lvs4j;

import org.jspecify.annotations.NullMarked;
