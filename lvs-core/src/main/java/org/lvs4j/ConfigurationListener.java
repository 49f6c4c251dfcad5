package org.lvs4j;

/**
 * Sees every change of a director's configuration, in the order in which the changes are made.
 *
 * <p>A list of changes that is made as a whole is reported when all of it has been made, change by change; a list that
 * is refused is not reported. The call comes from the thread that makes the change, which holds the lock of the
 * director's configuration: packets are already decided by the new configuration, and other threads cannot change or
 * copy the configuration until the listener returns. So a listener should be quick, and must neither wait for such a
 * thread nor take a lock that such a thread may hold.
 *
 * <p>A listener may change the director. That change is made at once, and reported when all listeners have seen
 * the changes before it. A listener that is removed sees nothing from then on, not even changes that have
 * already been made.
 *
 * <p>An exception that a listener throws goes to the thread's uncaught-exception handler. It stops neither the change
 * nor the reports to other listeners.
 */
@FunctionalInterface
public interface ConfigurationListener {
    /**
     * Called after a change has been made.
     *
     * @param change the change, with the state before it
     */
    void configurationChanged(ConfigurationChange change);
}
