package org.lvs4j.scheduler;

/**
 * Makes schedulers of one kind. Found by {@link java.util.ServiceLoader}; an application adds its own by listing an
 * implementation with a public no-argument constructor under this interface's name, in {@code META-INF/services} or with
 * {@code provides} in its module.
 *
 * <p>Guarantees an implementation must give: stateless, callable by any thread.
 */
public interface SchedulerProvider {
    /** The name in rules, such as {@code wlc}: lower-case letters, digits and hyphens. */
    String name();

    /**
     * A scheduler for a list of servers.
     *
     * @throws IllegalArgumentException if the list or the flags cannot be served, saying why
     */
    Scheduler create(Servers servers, SchedulerContext context);
}
