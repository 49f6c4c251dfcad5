package org.lvs4j.internal.persistence;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.TemplateHandle;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/**
 * The memory that a client belongs to a server. Each new connection of the client renews it; when its time is up while
 * connections remain, it goes on in steps of 60 s, and keeps to those steps from then on.
 */
public final class Template extends TemplateHandle {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Templates templates;
    private final ServerState server;
    private final int serverPort;
    private final @Nullable String engine;
    private final boolean onePacket;

    // Replaced when the template is set aside; each value is immutable.
    private volatile TemplateKey key;

    // Written by the thread that lets time pass, read by renewals.
    private volatile long timeoutNanos;

    Template(
            IdTable<TemplateHandle> registry,
            Templates templates,
            TemplateKey key,
            ServerState server,
            int serverPort,
            @Nullable String engine,
            boolean onePacket,
            long timeoutNanos) {
        super(registry);
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

    /** The server that the client belongs to. */
    public ServerState server() {
        return server;
    }

    void renew(long nowNanos) {
        deadlineNanos(nowNanos + timeoutNanos);
    }

    @Override
    protected void timeIsUp(long nowNanos) {
        if (end(false)) {
            forget();
        } else if (!ended()) {
            timeoutNanos = RETRY_NANOS;
            renew(nowNanos);
            templates.watch(this);
        }
    }

    /** How long it lasts without another connection, as of now. */
    public long timeoutNanos() {
        return timeoutNanos;
    }

    /** Whether it places single datagrams, so that it is never confirmed. */
    public boolean onePacket() {
        return onePacket;
    }

    /** Ends it unless connections remain. Returns whether this call did. */
    public boolean dropIfIdle() {
        if (!end(false)) {
            return false;
        }
        forget();
        return true;
    }

    /** Makes it known by its number. */
    void list() {
        enlist();
    }

    /** Ends it, which has controlled one connection only, and will not now. */
    void discard() {
        releaseConnection();
        if (end(true)) {
            forget();
        }
    }

    /** Ends it when the cache has thrown it out already, and must not be touched. */
    void evicted() {
        if (end(true)) {
            server.releaseTemplate();
        }
    }

    boolean over() {
        return ended();
    }

    private void forget() {
        templates.remove(this);
        server.releaseTemplate();
    }

    /** The protocol, or null for a firewall mark. */
    public @Nullable Protocol protocol() {
        return key.protocol();
    }

    /** The client's network, port 0. */
    public Endpoint client() {
        return key.client();
    }

    /** The virtual endpoint; of a firewall mark, the mark in the place of an address. */
    public Endpoint virtual() {
        return key.virtual();
    }

    /** The server's address with the port of the template. */
    public Endpoint destination() {
        TemplateKey now = key;
        return server.config().endpoint().withPort(now.serial() == 0 ? serverPort : now.virtualPort());
    }

    /** The name of its engine, or null. */
    public @Nullable String engine() {
        return engine;
    }

    /** What its engine knows the client by, or null. */
    public @Nullable String identity() {
        return key.identity();
    }
}
