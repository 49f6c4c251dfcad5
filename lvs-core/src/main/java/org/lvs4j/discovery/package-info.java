/**
 * Servers that are found instead of configured: a {@link org.lvs4j.discovery.ServerSource} says which servers a service
 * has, and a {@link org.lvs4j.discovery.Discovery} makes the smallest change that follows.
 *
 * <pre>{@code
 * Discovery discovery = Discovery.builder(director, ServiceKey.named("orders"), source).start();
 * }</pre>
 */
@NullMarked
package org.lvs4j.discovery;

import org.jspecify.annotations.NullMarked;
