package org.lvs4j;

/**
 * Is told of every change of a director's configuration, in the order in which the changes are made.
 *
 * <p>A call comes from the thread that makes the change, after packets are decided by it and before another change can be
 * made; so a listener must be quick, and must not change the director itself. An exception that it throws goes to the
 * thread's uncaught-exception handler and stops neither the change nor other listeners.
 */
@FunctionalInterface
public interface ConfigurationListener {
    /** The change has been made. */
    void configurationChanged(ConfigurationChange change);
}
