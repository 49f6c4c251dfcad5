package org.lvs4j.netty.health;

/** A probe under way: a socket, or a process. */
interface Execution {
    /**
     * Ends it and releases what it holds, without a result. A result that is reported at the same moment may still
     * arrive. Idempotent; from any thread.
     */
    void cancel();
}
