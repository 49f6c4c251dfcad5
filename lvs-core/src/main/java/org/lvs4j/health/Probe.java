package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * One execution of a check, which a {@link HealthEngine} asks for. Immutable.
 *
 * @param id its number, never used twice by one engine
 * @param check what to ask; never a {@link FileCheck}
 * @param page which page of an {@link HttpCheck} to ask for, from 0; 0 for every other check
 * @param service the first virtual service of the server, for messages
 * @param server the server, for messages
 */
public record Probe(long id, Check check, int page, ServiceKey service, RealServer server) {
    public Probe {
        requireNonNull(check, "check");
        requireNonNull(service, "service");
        requireNonNull(server, "server");
    }

    /** The page to ask for; null for a check without pages. */
    public @Nullable HttpPage httpPage() {
        return check instanceof HttpCheck http ? http.pages().get(page) : null;
    }
}
