package org.lvs4j.persistence.engine;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;

/**
 * Knows clients by something in the first packet of a connection, besides their address. Found by
 * {@link java.util.ServiceLoader}; an application adds its own the way it adds schedulers.
 *
 * <p>Guarantees an implementation must give: stateless, callable by any thread at once, and never an exception, whatever
 * the bytes: they come from outside.
 */
public interface PersistenceEngine {
    /** The longest identity, in characters. */
    int MAX_IDENTITY_LENGTH = 255;

    /** The name in rules, such as {@code sip}. */
    String name();

    /**
     * What the client is known by, 1..{@value #MAX_IDENTITY_LENGTH} characters; null if the packet does not say, which
     * drops it.
     *
     * @param flow whose packet it is; not to be kept
     * @param payload what follows the transport header, from position to limit; neither is to be moved
     */
    @Nullable
    String identify(Flow flow, ByteBuffer payload);
}
