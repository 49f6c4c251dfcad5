/**
 * The packet plane on a TUN device: the device, its event loops, and the set-up of addresses and routes around it.
 *
 * <pre>{@code
 * Director director = Director.create();
 * director.addService(
 *         VirtualService.builder(ServiceKey.tcp("192.0.2.100:80")).build(),
 *         RealServer.of("10.0.0.2:8080"),
 *         RealServer.of("10.0.0.3:8080"));
 * try (TunPlane plane = TunPlane.builder(director).setUp(true).start()) {
 *     director.addServer(ServiceKey.tcp("192.0.2.100:80"), RealServer.of("10.0.0.4:8080"));
 *     plane.refresh();
 *     plane.ended().join();
 * }
 * }</pre>
 */
@NullMarked
package org.lvs4j.netty.tun;

import org.jspecify.annotations.NullMarked;
