package org.lvs4j;

import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.PacedEnd;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/**
 * The drain of one server of one service: see {@link Director#drain(ServiceKey, Endpoint, DrainOptions)}.
 *
 * <p>Guarantees: thread-safe. Progress: blocking; a call waits while another thread ends connections of drained
 * servers, which takes milliseconds.
 *
 * <pre>{@code
 * Drain drain = director.drain(web, server, DrainOptions.within(Duration.ofMinutes(5)));
 * while (!drain.progress().phase().over()) {
 *     System.out.println(drain.progress());
 *     TimeUnit.SECONDS.sleep(1);
 * }
 * }</pre>
 */
public final class Drain {
    /** The phases of a drain, in order. */
    public enum Phase {
        /** The weight counts as zero; connections end by themselves, and persistent clients may come back. */
        DRAINING(false),
        /** Connections are being ended; persistent clients are placed on other servers. */
        ENDING(false),
        /** No connection is left but closed ones that linger. The weight counts as zero until the drain is aborted. */
        DRAINED(true),
        /** It was aborted: the server has its configured weight. */
        ABORTED(true),
        /** The server was removed, and nothing refers to it any more. */
        REMOVED(true);

        private final boolean over;

        Phase(boolean over) {
            this.over = over;
        }

        /** Whether nothing more happens by itself. */
        public boolean over() {
            return over;
        }
    }

    private final ConfigurationEditor editor;
    private final Drains drains;
    private final ServiceKey service;
    private final ServerState state;

    // Guarded by the lock of the drains.
    Phase phase = Phase.DRAINING;
    long pacedFromNanos;
    long deadlineNanos;
    long endedBefore;

    /** As {@link ServerState#connections}. */
    long connectionsAtStart;

    @Nullable
    PacedEnd end;

    Drain(ConfigurationEditor editor, Drains drains, ServiceKey service, ServerState state) {
        this.editor = editor;
        this.drains = drains;
        this.service = service;
        this.state = state;
    }

    ServerState state() {
        return state;
    }

    /** The service. */
    public ServiceKey service() {
        return service;
    }

    /** The server. */
    public Endpoint server() {
        return state.config().endpoint();
    }

    /** The phase alone, at the cost of a short lock. */
    public Phase phase() {
        return drains.phase(this);
    }

    /**
     * How far it has got. Costs time in proportion to the number of connections that applications hold, all servers
     * together.
     */
    public DrainProgress progress() {
        return drains.progress(this);
    }

    /**
     * Aborts the drain, also one that has ended: the server gets its configured weight again, which an edit may have
     * changed meanwhile, and with it new connections, by slow start if its service has one. Connections that were ended
     * stay ended. Without effect if it was aborted, or the server is gone.
     *
     * @return whether this call has aborted it
     * @throws DirectorException if the scheduler refuses the weight; then the drain goes on
     */
    public boolean abort() {
        return editor.abort(this);
    }

    @Override
    public String toString() {
        return "drain of " + server() + " in " + service + ": " + phase;
    }
}
