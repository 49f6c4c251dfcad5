/** Traces: what clients did and where a director sends them, replayed on a virtual clock. */
@NullMarked
package org.lvs4j.replay;

import org.jspecify.annotations.NullMarked;
