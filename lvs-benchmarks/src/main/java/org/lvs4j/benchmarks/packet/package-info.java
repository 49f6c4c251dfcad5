/** What whole packets cost. */
@NullMarked
package org.lvs4j.benchmarks.packet;

import org.jspecify.annotations.NullMarked;
