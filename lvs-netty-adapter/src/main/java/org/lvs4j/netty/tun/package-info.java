/** The packet plane on a TUN device: the device, its event loops, and the set-up of addresses and routes around it. */
@NullMarked
package org.lvs4j.netty.tun;

import org.jspecify.annotations.NullMarked;
