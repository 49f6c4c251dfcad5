/**
 * IP packets as bytes: headers, checksums, rewriting, tunnels, ICMP errors, fragments. May use addresses ({@code net})
 * and configured values ({@code service}); does not depend on connections or the director. Internal: not exported.
 */
@NullMarked
package org.lvs4j.internal.packet;

import org.jspecify.annotations.NullMarked;
