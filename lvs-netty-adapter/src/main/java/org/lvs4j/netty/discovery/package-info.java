/**
 * Sources of servers for a {@link org.lvs4j.discovery.Discovery}: the domain name system, by Netty's resolver, and a
 * watched file.
 *
 * <pre>{@code
 * ServerSource source = DnsSource.addresses("orders.example", 8080);
 * Discovery discovery = Discovery.builder(director, ServiceKey.named("orders"), source).start();
 * }</pre>
 */
@NullMarked
package org.lvs4j.netty.discovery;

import org.jspecify.annotations.NullMarked;
