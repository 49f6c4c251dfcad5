package org.lvs4j.internal.persistence;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.TimerWheel;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.TemplateHandle;
import org.lvs4j.net.Flow;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;

/**
 * Every persistence template, bounded in number.
 *
 * <p>At the ceiling a template is evicted by frequency and recency, so that a flood of new clients loses its own
 * affinity rather than that of the regular ones; evictions are counted. An evicted client is scheduled afresh with its next
 * connection; those it has stay where they are.
 *
 * <p>Guarantees: thread-safe; a client has one template at a time. Progress: finding is lock-free; adding and evicting
 * lock a part of the cache.
 */
public final class Templates {
    private final Cache<TemplateKey, Template> cache;
    private final IdTable<TemplateHandle> registry;
    private final TimerWheel wheel;
    private final AtomicLong evictions = new AtomicLong();
    private final AtomicLong serials = new AtomicLong();

    /**
     * No templates yet.
     *
     * @param registry gives each a number, by which its connections know it
     * @param capacity how many there may be at most; racing threads may pass it by a few until one of them comes again
     */
    public Templates(IdTable<TemplateHandle> registry, TimerWheel wheel, long capacity) {
        this.registry = registry;
        this.wheel = wheel;
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
     * The client's template, renewed and counting one more connection, or null if it has none that may be used. One
     * whose server has left, or has been quiesced if that counts, or is to be avoided, is set aside and runs out by
     * itself.
     */
    public @Nullable Template find(
            ServiceKey service,
            Persistence persistence,
            Flow flow,
            @Nullable String identity,
            boolean expireQuiescent,
            int @Nullable [] avoidedIds,
            long nowNanos) {
        TemplateKey key = TemplateKey.of(service, persistence, flow, identity);
        Template template = cache.getIfPresent(key);
        if (template == null) {
            return null;
        }
        if (!usable(template.server(), expireQuiescent, avoidedIds)) {
            setAside(key, template);
            return null;
        }
        if (!template.control()) {
            return null;
        }
        template.renew(nowNanos);
        wheel.hasten(template);
        return template;
    }

    private static boolean usable(ServerState server, boolean expireQuiescent, int @Nullable [] avoidedIds) {
        if (!server.present() || expireQuiescent && server.config().weight() == 0) {
            return false;
        }
        if (avoidedIds != null) {
            for (int id : avoidedIds) {
                if (id == server.id()) {
                    return false;
                }
            }
        }
        return true;
    }

    private void setAside(TemplateKey key, Template template) {
        if (cache.asMap().remove(key, template)) {
            TemplateKey aside = key.setAside(serials.incrementAndGet());
            template.key(aside);
            cache.put(aside, template);
            if (template.over()) {
                // It ended between the two keys and found neither to remove.
                cache.asMap().remove(aside, template);
            }
        }
    }

    /**
     * A new template for the client, counting one connection; or the one that another thread has made meanwhile.
     *
     * @param onePacket whether it places single datagrams
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
        Template template =
                new Template(registry, this, key, server, port, persistence.engine(), onePacket, timeoutNanos);
        template.list();
        template.control();
        template.renew(nowNanos);
        while (true) {
            Template other = cache.asMap().putIfAbsent(key, template);
            if (other == null) {
                wheel.add(template);
                return template;
            }
            if (other.control()) {
                template.discard();
                return other;
            }
            // It has ended, and who has ended it has not come to take it out yet.
            cache.asMap().remove(key, other);
        }
    }

    void watch(Template template) {
        wheel.add(template);
    }

    void remove(Template template) {
        cache.asMap().remove(template.key(), template);
    }

    /** Ends a template that controls nothing and of which no connection ever was established; for defences. */
    public boolean dropUnconfirmed(Template template) {
        return !template.confirmed() && template.dropIfIdle();
    }

    /** Shows every template; weakly consistent. */
    public void forEach(Consumer<Template> action) {
        cache.asMap().values().forEach(action);
    }

    /** How many templates there are. */
    public long size() {
        return cache.asMap().size();
    }

    /** How many have been evicted at the ceiling. */
    public long evictions() {
        return evictions.get();
    }
}
