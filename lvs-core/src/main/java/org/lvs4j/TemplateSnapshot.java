package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.persistence.Templates;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/**
 * One persistence template at one moment: a client, and the server on which its new connections are placed. Immutable.
 *
 * @param protocol its protocol, or null for the template of a firewall mark
 * @param confirmed whether one of its connections was ever established; IPVS lists such a template as {@code ASSURED},
 *     any other as {@code NONE}
 * @param expiresInNanos how long it lasts, in nanoseconds, if the client opens no further connection; not negative
 * @param client the client's address or network, with port 0
 * @param virtual the virtual endpoint; of a firewall mark, the mark as an address. The port is 65535 if the template is
 *     no longer used, for instance because its server was removed, and only waits to expire
 * @param server the real server, with port 0 if the template is for every port
 * @param engine the name of its persistence engine, or null
 * @param identity the client's identity as the engine read it, or null
 */
public record TemplateSnapshot(
        @Nullable Protocol protocol,
        boolean confirmed,
        long expiresInNanos,
        Endpoint client,
        Endpoint virtual,
        Endpoint server,
        @Nullable String engine,
        @Nullable String identity) {
    /** Checks that nothing is missing. */
    public TemplateSnapshot {
        requireNonNull(client, "client");
        requireNonNull(virtual, "virtual");
        requireNonNull(server, "server");
    }

    static void forEach(Templates templates, long nowNanos, Consumer<? super TemplateSnapshot> visitor) {
        templates.forEach(template -> visitor.accept(new TemplateSnapshot(
                template.protocol(),
                template.confirmed(),
                Math.max(0, template.deadlineNanos() - nowNanos),
                template.client(),
                template.virtual(),
                template.destination(),
                template.engine(),
                template.identity())));
    }
}
