/** Measurements of packets through a TUN device. */
@NullMarked
package org.lvs4j.benchmarks.tun;

import org.jspecify.annotations.NullMarked;
