/**
 * A client of {@code java.net.http} whose requests are balanced: the name of the host, TLS and certificates stay those of
 * the service.
 */
@NullMarked
package org.lvs4j.netty.http;

import org.jspecify.annotations.NullMarked;
