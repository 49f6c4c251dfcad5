/** Benchmarks of whole IP packets. */
@NullMarked
package org.lvs4j.benchmarks.packet;

import org.jspecify.annotations.NullMarked;
