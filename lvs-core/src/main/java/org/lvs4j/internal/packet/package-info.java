/**
 * IP packets as bytes: headers, checksums, rewriting, tunnels, ICMP errors, fragments (internal). Knows addresses and what is
 * configured, but neither connections nor the director.
 */
@NullMarked
package org.lvs4j.internal.packet;

import org.jspecify.annotations.NullMarked;
