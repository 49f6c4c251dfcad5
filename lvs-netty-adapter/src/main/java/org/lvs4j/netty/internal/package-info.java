/** Code that both planes of the adapter share. Not exported. */
@NullMarked
package org.lvs4j.netty.internal;

import org.jspecify.annotations.NullMarked;
