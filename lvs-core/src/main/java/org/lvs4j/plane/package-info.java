/**
 * A director for whole IP packets, as IPVS is one inside the kernel. Builds on {@link org.lvs4j.FlowDispatcher} for
 * every decision and on the packet formats for every byte; it opens no device and starts no thread.
 *
 * <p>A caller that has packets (from a TUN device, a capture or a tunnel) gives each to a
 * {@link org.lvs4j.plane.PacketPlane} and acts on the {@link org.lvs4j.plane.PacketDecision}:
 *
 * <pre>{@code
 * Director director = Director.builder().build();
 * director.addService(
 *         VirtualService.builder(ServiceKey.tcp("10.0.0.100:80")).scheduler("wlc").build(),
 *         RealServer.of("192.168.1.1:8080"),
 *         RealServer.of("192.168.1.2:8080"));
 * PacketPlane plane = PacketPlane.builder(director, PacketPaths.fixed(1500, IpAddress.parse("192.168.0.1"))).build();
 *
 * ByteBuffer out = ByteBuffer.allocateDirect(PacketPaths.MAX_MTU);
 * long decision = plane.process(in, out);
 * }</pre>
 */
@NullMarked
package org.lvs4j.plane;

import org.jspecify.annotations.NullMarked;
