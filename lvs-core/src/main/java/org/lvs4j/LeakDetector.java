package org.lvs4j;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.HeldConnection;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.service.ServiceKey;

/**
 * Finds connections that their holders have forgotten to close, among one in so many of those that are opened. Thread-safe.
 */
final class LeakDetector {
    private final int oneIn;
    private final Consumer<? super ConnectionLeak> listener;
    private final HeldConnections connections;
    private final ReferenceQueue<Connection> collected = new ReferenceQueue<>();
    // Keeps the references reachable until they are enqueued.
    private final Set<Tracked> open = ConcurrentHashMap.newKeySet();

    /**
     * A detector.
     *
     * @param oneIn at least 1
     * @param listener called by the thread that opens a connection or advances the director
     */
    LeakDetector(int oneIn, Consumer<? super ConnectionLeak> listener, HeldConnections connections) {
        this.oneIn = oneIn;
        this.listener = listener;
        this.connections = connections;
    }

    /** One connection that is followed. Refers to what it holds, and not to itself. */
    final class Tracked extends PhantomReference<Connection> {
        private final Throwable opened = new Throwable("opened here");
        private volatile Attempt attempt;

        private Tracked(Connection connection, Attempt attempt) {
            super(connection, collected);
            this.attempt = attempt;
        }

        /** The connection was placed again. */
        void placed(Attempt next) {
            attempt = next;
        }

        /** The holder has ended the connection. */
        void ended() {
            open.remove(this);
            clear();
        }
    }

    /** Follows a connection that has been opened, if its turn has come. */
    @Nullable
    Tracked track(Connection connection, Attempt attempt) {
        report();
        if (ThreadLocalRandom.current().nextInt(oneIn) != 0) {
            return null;
        }
        Tracked tracked = new Tracked(connection, attempt);
        open.add(tracked);
        return tracked;
    }

    /** Releases and reports those that have been collected. */
    void report() {
        for (Reference<?> next = collected.poll(); next != null; next = collected.poll()) {
            Tracked leaked = (Tracked) next;
            HeldConnection held = leaked.attempt.held();
            ServiceKey service = leaked.attempt.service();
            if (open.remove(leaked) && held != null && service != null) {
                connections.release(held);
                try {
                    listener.accept(new ConnectionLeak(service, held.destination(), leaked.opened));
                } catch (RuntimeException | Error e) {
                    // The thread opens a connection of its own, which would be left without a holder.
                    Failures.report(e);
                }
            }
        }
    }
}
