package org.lvs4j.internal.persistence;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.TemplateHandle;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/**
 * A persistence template: it assigns a client to a server. Each new connection of the client renews it. A template that
 * expires while it has connections is renewed for 60 s instead, and 60 s is its timeout from then on.
 *
 * <p>Guarantees: thread-safe. A template is counted at its server from construction until it ends, exactly once.
 * Progress: that of {@link TemplateHandle}; a template that ends also removes itself from the cache, which locks one of
 * its bins.
 */
public final class Template extends TemplateHandle {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Templates templates;
    private final ServerState server;
    private final int serverPort;
    private final @Nullable String engine;
    private final boolean onePacket;

    // Replaced when the template is set aside: the volatile write publishes the immutable key to lookups and listings.
    private volatile TemplateKey key;

    // Written by the thread that expires templates: the volatile write is seen by the next renewal on any thread.
    private volatile long timeoutNanos;

    Template(
            IdTable<TemplateHandle> ids,
            Templates templates,
            TemplateKey key,
            ServerState server,
            int serverPort,
            @Nullable String engine,
            boolean onePacket,
            long timeoutNanos) {
        super(ids);
        this.templates = templates;
        this.key = key;
        this.server = server;
        this.serverPort = serverPort;
        this.engine = engine;
        this.onePacket = onePacket;
        this.timeoutNanos = timeoutNanos;
        server.bindTemplate();
    }

    TemplateKey key() {
        return key;
    }

    void key(TemplateKey newKey) {
        key = newKey;
    }

    /** The server that the client is assigned to. */
    public ServerState server() {
        return server;
    }

    /** Restarts the timeout. */
    void renew(long nowNanos) {
        deadlineNanos(nowNanos + timeoutNanos);
    }

    /** Restarts the timeout with a part of it over. */
    void renew(long nowNanos, long leftNanos) {
        deadlineNanos(nowNanos + leftNanos);
    }

    @Override
    protected void expire(long nowNanos) {
        if (end(false)) {
            removeAndRelease();
        } else if (!ended()) {
            timeoutNanos = RETRY_NANOS;
            renew(nowNanos);
            templates.scheduleExpiry(this);
        }
    }

    /** The time from a renewal to expiry, in nanoseconds. */
    public long timeoutNanos() {
        return timeoutNanos;
    }

    /** Whether its service schedules each datagram (one-packet scheduling), so that no connection ever confirms it. */
    public boolean onePacket() {
        return onePacket;
    }

    /** Ends the template if it has no connections; returns whether this call ended it. */
    public boolean dropIfIdle() {
        if (!end(false)) {
            return false;
        }
        removeAndRelease();
        return true;
    }

    /** Ends the template, whose connections stay; returns whether this call ended it. */
    boolean drop() {
        if (!end(true)) {
            return false;
        }
        removeAndRelease();
        return true;
    }

    /** Makes the template known by its id, which its connections refer to. */
    void publish() {
        register();
    }

    /** Ends a template that was never published, and releases the one connection that it was created for. */
    void discard() {
        releaseConnection();
        if (end(true)) {
            removeAndRelease();
        }
    }

    /** Ends a template that the cache is evicting. Does not touch the cache, which holds its lock during eviction. */
    void evicted() {
        if (end(true)) {
            server.releaseTemplate();
        }
    }

    /** Whether the template has ended. */
    boolean hasEnded() {
        return ended();
    }

    private void removeAndRelease() {
        templates.remove(this);
        server.releaseTemplate();
    }

    /** The protocol; null if the service is a firewall mark. */
    public @Nullable Protocol protocol() {
        return key.protocol();
    }

    /** The client's network address with port 0. */
    public Endpoint client() {
        return key.client();
    }

    /** The virtual endpoint; for a firewall mark the address holds the mark. */
    public Endpoint virtual() {
        return key.virtual();
    }

    /** The server's address with the port that IPVS lists for the template. */
    public Endpoint destination() {
        TemplateKey current = key;
        return server.config().endpoint().withPort(current.serial() == 0 ? serverPort : current.virtualPort());
    }

    /** The name of the persistence engine; null if clients are identified by address alone. */
    public @Nullable String engine() {
        return engine;
    }

    /** The identity that the persistence engine read; null if there is no engine. */
    public @Nullable String identity() {
        return key.identity();
    }
}
