/**
 * The director: one facade over services, schedulers, persistence and connections.
 *
 * <p>A {@link org.lvs4j.Director} holds virtual services with their real servers and decides where connections and
 * packets go. There are three ways to use it:
 *
 * <ul>
 *   <li>{@link org.lvs4j.Director#open(org.lvs4j.service.ServiceKey)} places a connection that an
 *       application makes itself;
 *   <li>{@link org.lvs4j.Director#open(org.lvs4j.net.Flow)} places a connection that an application relays, as the
 *       relay of {@code lvs-netty-adapter} does;
 *   <li>{@link org.lvs4j.Director#flows()} decides about single packets, as {@code org.lvs4j.plane.PacketPlane} does.
 * </ul>
 *
 * <pre>{@code
 * ServiceKey fruit = ServiceKey.tcp("10.0.0.1:80");
 * Director director = Director.create();
 * director.addService(VirtualService.of(fruit), RealServer.of("192.168.1.1:8080"), RealServer.of("192.168.1.2:8080"));
 * try (Connection connection = director.open(fruit)) {
 *     System.out.println("talk to " + connection.destination());
 * }
 * }</pre>
 *
 * <p>The whole configuration is a value, {@link org.lvs4j.DirectorConfiguration}. Each change is a
 * {@link org.lvs4j.ConfigurationChange}, of which listeners are notified. The live state is read as snapshots:
 * {@link org.lvs4j.ServiceSnapshot}, {@link org.lvs4j.ConnectionSnapshot}, {@link org.lvs4j.TemplateSnapshot}.
 */
@NullMarked
package org.lvs4j;

import org.jspecify.annotations.NullMarked;
