package org.lvs4j.persistence.engine;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * Identifies clients by the payload of a connection's first packet, in addition to their address. The equivalent of an
 * IPVS persistence engine module ({@code ipvsadm --pe}).
 *
 * <p>A virtual service names an engine in its {@link org.lvs4j.service.Persistence}. For the first packet of each
 * connection of the service, the director calls {@link #identify}. Connections of the same client network with the same
 * identity go to the same real server until the persistence timeout.
 *
 * <p>Engines are found by {@link java.util.ServiceLoader} when a director is built: declare the class in a file
 * {@code META-INF/services/org.lvs4j.persistence.engine.PersistenceEngine}, or by {@code provides} in a module
 * descriptor. It needs a public constructor without parameters. {@code Director.persistenceEngines()} lists the names
 * that were found.
 *
 * <p>Requirements for an implementation: it has no mutable state, because any number of threads call it at the same
 * time. It does not block. It never throws and never reads outside position and limit, regardless of the bytes: they
 * come from the network. The first packet of a connection waits for its result.
 *
 * <p>Example: an engine for a UDP protocol whose datagrams start with a session number of four bytes.
 *
 * <pre>{@code
 * public final class SessionEngine implements PersistenceEngine {
 *     public String name() {
 *         return "session";
 *     }
 *
 *     public boolean supports(Protocol protocol) {
 *         return protocol == Protocol.UDP;
 *     }
 *
 *     public @Nullable String identify(Flow flow, ByteBuffer payload) {
 *         return payload.remaining() >= 4
 *                 ? Integer.toHexString(payload.getInt(payload.position()))
 *                 : null;
 *     }
 * }
 * }</pre>
 */
public interface PersistenceEngine {
    /** The largest length of an identity, in characters. */
    int MAX_IDENTITY_LENGTH = 255;

    /**
     * The name of the engine in rules and in {@link org.lvs4j.service.Persistence}, such as {@code sip}. Constant, and
     * unique among the engines of an application.
     */
    String name();

    /**
     * Whether the engine can identify clients of a protocol at all. A service of another protocol is refused when it is
     * added. By default it can.
     */
    default boolean supports(Protocol protocol) {
        requireNonNull(protocol, "protocol");
        return true;
    }

    /**
     * Identifies the client that sent the first packet of a connection, or the first bytes of a TCP stream.
     *
     * <p>A relay calls it for a TCP connection with what the client has sent so far, first with nothing, and again each
     * time that more has arrived; null means "not yet". So an identity that the end of the payload may have cut off
     * must not be returned. The packet plane calls it once, and for TCP with the payload of the SYN segment, which is
     * almost always empty.
     *
     * @param flow source, destination, protocol and mark of the packet; valid during the call only
     * @param payload the bytes after the transport header, from position to limit; valid during the call only, and its
     *     position and limit must not change. Empty for a connection that an application opens without a payload
     * @return the identity, 1..{@value #MAX_IDENTITY_LENGTH} characters; null if the payload does not identify a
     *     client, and then the packet is dropped, or the relay waits for more of the stream
     */
    @Nullable
    String identify(Flow flow, ByteBuffer payload);
}
