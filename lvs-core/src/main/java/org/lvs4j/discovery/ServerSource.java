package org.lvs4j.discovery;

import java.util.Collection;

/**
 * Finds the servers of a service, for instance in a name service, and follows their changes. To be implemented for a source
 * that this project does not have.
 */
@FunctionalInterface
public interface ServerSource {
    /**
     * Starts to find servers, and returns at once.
     *
     * @param observer told of the servers as soon as they are known, and of every change; one call at a time, by a thread
     *     of the source that may wait for other threads, so not by an event loop
     * @return what stops it
     */
    Subscription subscribe(Observer observer);

    /** Learns which servers there are. */
    interface Observer {
        /**
         * These are all servers of the service now, in any order. The same list again changes nothing.
         *
         * @throws RuntimeException if the servers are refused; the source goes on
         */
        void found(Collection<FoundServer> servers);

        /** The source cannot tell which servers there are; those found last stay. The source goes on. */
        void failed(Throwable cause);
    }

    /** A source that has been started. Thread-safe. */
    @FunctionalInterface
    interface Subscription extends AutoCloseable {
        /** Stops it, and releases what it has opened. The observer may still see a call that has begun. Idempotent. */
        @Override
        void close();
    }
}
