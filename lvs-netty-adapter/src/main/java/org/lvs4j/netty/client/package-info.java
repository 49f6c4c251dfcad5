/**
 * Netty clients whose connections a director balances: {@link org.lvs4j.netty.client.BalancedBootstrap} for applications
 * that connect by a bootstrap or a pool, {@link org.lvs4j.netty.client.DirectorAddressResolverGroup} for libraries that
 * take a resolver.
 */
@NullMarked
package org.lvs4j.netty.client;

import org.jspecify.annotations.NullMarked;
