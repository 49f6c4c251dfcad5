package org.lvs4j;

/**
 * The work of an application on one connection, see {@link Director#call}: connects to {@link Connection#destination()},
 * asks, and returns the answer. It may be called again with another server, and must then do everything anew.
 *
 * @param <T> the type of the answer
 * @param <E> what it throws; {@code RuntimeException} if nothing is checked
 */
@FunctionalInterface
public interface Call<T, E extends Exception> {
    /**
     * Does the work.
     *
     * @param connection accepted; the caller closes it
     * @return the answer, null if there is none
     * @throws E if it fails
     */
    T on(Connection connection) throws E;
}
