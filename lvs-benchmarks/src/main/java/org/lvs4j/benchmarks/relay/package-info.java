/** What a relay of sockets costs for a request, a connection, a byte and a datagram, beside other proxies. */
@NullMarked
package org.lvs4j.benchmarks.relay;

import org.jspecify.annotations.NullMarked;
