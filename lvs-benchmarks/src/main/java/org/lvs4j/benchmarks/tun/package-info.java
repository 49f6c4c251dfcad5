/** What packets cost on their way through a TUN device. */
@NullMarked
package org.lvs4j.benchmarks.tun;

import org.jspecify.annotations.NullMarked;
