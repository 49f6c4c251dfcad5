package org.lvs4j;

import org.jspecify.annotations.Nullable;

/**
 * Computes what a service shall be from what it is; see {@link Director#change}.
 *
 * @param <E> what it may throw instead
 */
@FunctionalInterface
public interface ServiceEdit<E extends Exception> {
    /**
     * Computes the configuration of a service and its servers. It may be called more than once.
     *
     * @param service as it is, or null if there is none
     * @return as it shall be, with the same key, or null if there shall be none
     * @throws E to change nothing
     */
    DirectorConfiguration.@Nullable Service edit(DirectorConfiguration.@Nullable Service service) throws E;
}
