package org.lvs4j;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.service.ServiceKey;

/** Carries out calls of an application: places each, tries other servers, reports the outcomes and closes. */
final class Calls {
    private final ConnectionDispatcher dispatcher;
    private final LongSupplier ticker;

    Calls(ConnectionDispatcher dispatcher, LongSupplier ticker) {
        this.dispatcher = dispatcher;
        this.ticker = ticker;
    }

    <T, E extends Exception> T call(ServiceKey key, @Nullable Affinity affinity, int attempts, Call<T, E> work)
            throws E {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts = " + attempts + " is not positive");
        }
        Exception first = null;
        try (Connection connection = dispatcher.open(key, affinity)) {
            if (!connection.accepted()) {
                throw new UnavailableException(key);
            }
            for (int left = attempts - 1; ; left--) {
                T answer;
                long start = ticker.getAsLong();
                try {
                    answer = work.on(connection);
                } catch (Exception e) {
                    // The compiler knows that only E and unchecked exceptions come here, and so does the rethrow.
                    boolean failed = connection.hasFailed();
                    if (!failed && isOfServer(e)) {
                        connection.failed(e);
                        failed = true;
                    }
                    if (first != null && first != e) {
                        e.addSuppressed(first);
                    }
                    first = e;
                    if (!failed || left == 0 || !connection.retry()) {
                        throw e;
                    }
                    continue;
                }
                // Outside: an exception of a listener must not repeat work that has succeeded.
                connection.latency(Math.max(0, ticker.getAsLong() - start));
                return answer;
            }
        }
    }

    /** Whether an error of the work says that its server has failed, rather than the work or the thread. */
    static boolean isOfServer(Exception error) {
        Throwable cause = error instanceof UncheckedIOException ? error.getCause() : error;
        boolean interrupted = Thread.currentThread().isInterrupted()
                || cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException);
        return !interrupted && (cause instanceof IOException || cause instanceof TimeoutException);
    }
}
