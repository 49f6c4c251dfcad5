package org.lvs4j.scheduler;

/**
 * Creates schedulers of one algorithm. {@link java.util.ServiceLoader} finds the providers of an application: public
 * classes with a public no-argument constructor that are listed in {@code
 * META-INF/services/org.lvs4j.scheduler.SchedulerProvider}, or in a {@code provides} directive of their module. The
 * description of this package has an example.
 *
 * <p>Guarantees that an implementation must give: it is stateless, and any thread may call it.
 */
public interface SchedulerProvider {
    /**
     * The name of the algorithm in rules, such as {@code wlc}: lower-case letters, digits and hyphens. It must differ
     * from the names of the built-in schedulers and of all other providers.
     */
    String name();

    /**
     * Creates the scheduler of a service. Called when a service is added, and when it is edited to
     * use another scheduler.
     *
     * @param servers the real servers of the service; often none yet
     * @throws IllegalArgumentException if the servers or the flags cannot be scheduled, saying why; the change is
     *     undone then
     */
    Scheduler create(Servers servers, SchedulerContext context);
}
