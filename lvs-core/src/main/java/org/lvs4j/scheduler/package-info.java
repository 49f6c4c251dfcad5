/**
 * The scheduler SPI, the scheduling algorithms of IPVS, and four more.
 *
 * <p>An application adds a scheduler by a {@link org.lvs4j.scheduler.SchedulerProvider} that {@link
 * java.util.ServiceLoader} finds, and the {@link org.lvs4j.scheduler.Scheduler} that it creates for each service:
 *
 * <pre>{@code
 * public final class RandomSchedulerProvider implements SchedulerProvider {
 *     @Override
 *     public String name() {
 *         return "random";
 *     }
 *
 *     @Override
 *     public Scheduler create(Servers servers, SchedulerContext context) {
 *         return new RandomScheduler(context.random());
 *     }
 *
 *     // Each available server with the same probability, regardless of its weight.
 *     private record RandomScheduler(RandomGenerator random) implements Scheduler {
 *         @Override
 *         public int pick(Servers servers, Flow flow) {
 *             int chosen = NONE;
 *             int available = 0;
 *             for (int i = 0; i < servers.size(); i++) {
 *                 if (servers.available(i) && random.nextInt(++available) == 0) {
 *                     chosen = i;
 *                 }
 *             }
 *             return chosen;
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>The provider's class name goes into {@code META-INF/services/org.lvs4j.scheduler.SchedulerProvider}, or into a
 * {@code provides} directive of its module. Services then name the scheduler:
 *
 * <pre>{@code
 * director.addService(
 *         VirtualService.of(ServiceKey.tcp("10.0.0.1:80"), "random"),
 *         RealServer.of("192.168.1.1:8080"),
 *         RealServer.of("192.168.1.2:8080"));
 * }</pre>
 */
@NullMarked
package org.lvs4j.scheduler;

import org.jspecify.annotations.NullMarked;
