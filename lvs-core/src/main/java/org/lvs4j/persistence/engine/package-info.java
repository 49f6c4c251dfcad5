/** Engines that know a client by something in its first packet. */
@NullMarked
package org.lvs4j.persistence.engine;

import org.jspecify.annotations.NullMarked;
