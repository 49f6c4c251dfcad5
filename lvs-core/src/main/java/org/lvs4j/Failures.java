package org.lvs4j;

/** Exceptions of third-party code whose caller must not see them. */
final class Failures {
    private Failures() {}

    /** Passes an exception to the uncaught-exception handler of the current thread, which goes on. */
    static void report(Throwable failure) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        } catch (Throwable ignored) {
            // The JVM ignores an exception of such a handler as well.
        }
    }
}
