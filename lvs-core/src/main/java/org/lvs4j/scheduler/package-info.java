/** The scheduler SPI and the algorithms of IPVS. */
@NullMarked
package org.lvs4j.scheduler;

import org.jspecify.annotations.NullMarked;
