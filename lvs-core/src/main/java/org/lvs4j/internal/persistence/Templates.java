package org.lvs4j.internal.persistence;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.TimerWheel;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.TemplateHandle;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;

/**
 * All persistence templates of a director, bounded in number.
 *
 * <p>At the ceiling a template is evicted by frequency and recency (W-TinyLFU: G. Einziger, R. Friedman, B. Manes,
 * "TinyLFU: A Highly Efficient Cache Admission Policy", 2017), so that a flood of new clients evicts its own templates
 * rather than those of regular clients. Evictions are counted. The next connection of an evicted client is scheduled
 * like that of a new client; its existing connections keep their server.
 *
 * <p>Guarantees: thread-safe; a lookup of a client finds at most one template. Progress: {@link #find} is lock-free
 * unless it sets a template aside; adding, setting aside and evicting lock one bin of the cache.
 */
public final class Templates {
    /**
     * While one thread evicts, others add without waiting for it. If that thread is delayed, they wait once so many are
     * above the ceiling.
     */
    static final int SLACK = 16;

    private final Cache<TemplateKey, Template> cache;
    private final IdTable<TemplateHandle> ids;
    private final TimerWheel wheel;
    private final long capacity;
    private final AtomicLong evictions = new AtomicLong();
    private final AtomicLong serials = new AtomicLong();

    /**
     * An empty set of templates.
     *
     * @param ids assigns the id by which connections refer to a template
     * @param wheel expires the templates
     * @param capacity the largest number of templates; additions may exceed it by {@link #SLACK}, and by one for each
     *     thread that adds
     */
    public Templates(IdTable<TemplateHandle> ids, TimerWheel wheel, long capacity) {
        this.ids = ids;
        this.wheel = wheel;
        this.capacity = capacity;
        cache = Caffeine.newBuilder()
                .maximumSize(capacity)
                .executor(Runnable::run)
                .evictionListener(this::evicted)
                .build();
    }

    private void evicted(@Nullable TemplateKey key, @Nullable Template template, RemovalCause cause) {
        if (template != null) {
            evictions.incrementAndGet();
            template.evicted();
        }
    }

    /**
     * Finds the client's template, renews it and counts one more connection. A template with an unusable server is set
     * aside: no lookup finds it, and it expires later; it ends at once if its server is avoided and it has no
     * connections. A server is unusable if it has been removed or is avoided, if the end of its drain has begun, or if
     * it is quiesced (weight 0) while {@code expireQuiescent} is set.
     *
     * @param avoided servers that must not be chosen, or null
     * @return the template; null if the client has none that is usable
     */
    public @Nullable Template find(
            ServiceKey service,
            Persistence persistence,
            Flow flow,
            @Nullable String identity,
            boolean expireQuiescent,
            @Nullable List<Endpoint> avoided,
            long nowNanos) {
        TemplateKey key = TemplateKey.of(service, persistence, flow, identity);
        Template template = cache.getIfPresent(key);
        if (template == null) {
            return null;
        }
        boolean isAvoided =
                avoided != null && avoided.contains(template.server().config().endpoint());
        if (isAvoided || !isUsable(template.server(), expireQuiescent)) {
            // IPVS avoids no server that is present. A template of an avoided one is of no use without connections.
            if (!isAvoided || !template.dropIfIdle()) {
                setAside(key, template);
            }
            return null;
        }
        if (!template.bindConnection()) {
            return null;
        }
        template.renew(nowNanos);
        wheel.reschedule(template);
        return template;
    }

    private static boolean isUsable(ServerState server, boolean expireQuiescent) {
        return server.present()
                && server.stage() != ServerState.Stage.CLOSED
                && !(expireQuiescent && server.weight() == 0);
    }

    private void setAside(TemplateKey key, Template template) {
        if (cache.asMap().remove(key, template)) {
            TemplateKey aside = key.setAside(serials.incrementAndGet());
            template.key(aside);
            cache.put(aside, template);
            if (template.hasEnded()) {
                // It ended while it had neither key in the cache, so it could not remove itself.
                cache.asMap().remove(aside, template);
            }
        }
    }

    /**
     * Adds a template for the client and counts one connection.
     *
     * @param onePacket whether the service schedules each datagram
     * @return the new template, or the one that another thread has added concurrently
     */
    public Template add(
            ServiceKey service,
            Persistence persistence,
            Flow flow,
            @Nullable String identity,
            ServerState server,
            boolean onePacket,
            long nowNanos) {
        TemplateKey key = TemplateKey.of(service, persistence, flow, identity);
        int port = TemplateKey.servesOnePort(service, flow)
                ? server.config().endpoint().port()
                : 0;
        long timeoutNanos = TimeUnit.SECONDS.toNanos(persistence.timeoutSeconds());
        Template template = new Template(ids, this, key, server, port, persistence.engine(), onePacket, timeoutNanos);
        template.publish();
        template.bindConnection();
        template.renew(nowNanos);
        while (true) {
            Template other = cache.asMap().putIfAbsent(key, template);
            if (other == null) {
                wheel.add(template);
                if (size() > capacity + SLACK) {
                    cache.cleanUp();
                }
                return template;
            }
            if (other.bindConnection()) {
                template.discard();
                return other;
            }
            // The other template has ended, but the thread that ended it has not removed it yet.
            cache.asMap().remove(key, other);
        }
    }

    /** What {@link #restore} has done. */
    public enum Restored {
        /** The client has its server again. */
        ADDED,
        /** The client has a template already, which stays. */
        KNOWN,
        /** The ceiling is reached. */
        FULL
    }

    /**
     * Adds a template that was saved, without a connection. Evicts no other one.
     *
     * @param engine the persistence engine of the service
     */
    public Restored restore(
            ServiceKey service, @Nullable String engine, ServerState server, SavedTemplate saved, long nowNanos) {
        TemplateKey key =
                TemplateKey.of(service, saved.clientHigh(), saved.clientLow(), saved.onePort(), saved.identity());
        if (cache.asMap().containsKey(key)) {
            return Restored.KNOWN;
        } else if (size() >= capacity) {
            return Restored.FULL;
        }
        int port = saved.onePort() ? server.config().endpoint().port() : 0;
        Template template = new Template(ids, this, key, server, port, engine, saved.onePacket(), saved.timeoutNanos());
        template.publish();
        if (saved.confirmed()) {
            template.confirm();
        }
        template.renew(nowNanos, saved.leftNanos());
        if (cache.asMap().putIfAbsent(key, template) != null) {
            template.dropIfIdle();
            return Restored.KNOWN;
        }
        wheel.add(template);
        return Restored.ADDED;
    }

    /** Passes the server and the content of every template that lookups find to an action; weakly consistent. */
    public void save(long nowNanos, BiConsumer<ServerState, SavedTemplate> action) {
        forEach(template -> {
            TemplateKey key = template.key();
            if (key.serial() == 0 && !template.hasEnded()) {
                action.accept(
                        template.server(),
                        new SavedTemplate(
                                key.clientHigh(),
                                key.clientLow(),
                                key.virtualPort() != 0,
                                template.onePacket(),
                                template.confirmed(),
                                template.timeoutNanos(),
                                Math.max(0, template.deadlineNanos() - nowNanos),
                                key.identity()));
            }
        });
    }

    /** Schedules the next expiry of a template that has been renewed by its own expiry. */
    void scheduleExpiry(Template template) {
        wheel.add(template);
    }

    void remove(Template template) {
        cache.asMap().remove(template.key(), template);
    }

    /** Ends a template that has no connections and never had an established one, as the random drop defence does. */
    public boolean dropUnconfirmed(Template template) {
        return !template.confirmed() && template.dropIfIdle();
    }

    /**
     * Releases the clients of some servers: ends their templates, so that their next connections are placed anew. The
     * present connections stay. Costs a visit of all templates.
     *
     * @return how many have ended
     */
    public int release(Predicate<ServerState> of) {
        int[] released = {0};
        forEach(template -> {
            if (of.test(template.server()) && template.drop()) {
                released[0]++;
            }
        });
        return released[0];
    }

    /** Passes every template to an action; weakly consistent. */
    public void forEach(Consumer<Template> action) {
        cache.asMap().values().forEach(action);
    }

    /** The number of templates, including those that have been set aside. */
    public long size() {
        return cache.asMap().size();
    }

    /** The number of templates evicted at the ceiling. */
    public long evictions() {
        return evictions.get();
    }
}
