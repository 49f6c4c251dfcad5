/**
 * The socket plane: relays the TCP connections and UDP datagrams of a director's services between sockets.
 *
 * <pre>{@code
 * Director director = Director.create();
 * ServiceKey web = ServiceKey.tcp("127.0.0.1:8080");
 * director.addService(
 *         VirtualService.builder(web).scheduler("rr").build(),
 *         RealServer.of("192.168.1.1:80"),
 *         RealServer.of("192.168.1.2:80"));
 * try (Relay relay = Relay.builder(director).retries(1).start()) {
 *     director.addService(
 *             VirtualService.builder(ServiceKey.udp("127.0.0.1:5353")).build(), RealServer.of("192.168.1.1:53"));
 *     relay.refresh();
 *     relay.drain(Duration.ofSeconds(30));
 * }
 * }</pre>
 */
@NullMarked
package org.lvs4j.netty;

import org.jspecify.annotations.NullMarked;
