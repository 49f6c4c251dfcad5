package org.lvs4j;

import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hashing;
import com.google.common.primitives.Longs;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * The property of a connection that keeps it on one server with others: a user, a session, a tenant, or the address of a
 * client. Schedulers that hash the client's address, such as {@code sh} and {@code mh}, and persistence take it for that
 * address; the other schedulers ignore it. Two processes with the same servers in the same order choose the same server.
 * Immutable; to be kept and reused where that is easy, since one costs a hash of its text.
 *
 * <p>Not part of IPVS, in which the client's address is the only affinity.
 */
public final class Affinity {
    /** A text of more characters counts by its SHA-256. */
    public static final int MAX_LENGTH = 256;

    private static final long MAPPED_PREFIX = 0xFFFF_0000_0000L;

    private final @Nullable IpAddress address;
    private final String text;
    private final long high;
    private final long low;

    private Affinity(@Nullable IpAddress address, String text) {
        this.address = address;
        this.text = text;
        byte[] hash = Hashing.murmur3_128().hashUnencodedChars(text).asBytes();
        high = Longs.fromBytes(hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]);
        low = Longs.fromBytes(hash[8], hash[9], hash[10], hash[11], hash[12], hash[13], hash[14], hash[15]);
    }

    /**
     * The affinity of a text, such as the name of a user or the id of a session. Two are the same if and only if the texts
     * are equal.
     */
    public static Affinity of(String text) {
        String kept = requireNonNull(text, "text").length() <= MAX_LENGTH
                ? text
                : Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
        return new Affinity(null, kept);
    }

    /** The affinity of a number, such as the id of a user: that of its decimal text. */
    public static Affinity of(long number) {
        return of(Long.toString(number));
    }

    /**
     * The affinity of a client's address. The mask of a service's persistence applies to it; a named service sees an IPv4
     * address as the IPv4-mapped one of IPv6, and thus counts its mask from 96 on. A service whose clients are of the other
     * family takes it as a text.
     */
    public static Affinity of(IpAddress address) {
        return new Affinity(requireNonNull(address, "address"), address.toString());
    }

    /** The affinity of a client's address, see {@link #of(IpAddress)}. A scope id is dropped. */
    public static Affinity of(InetAddress address) {
        return of(IpAddress.of(requireNonNull(address, "address")));
    }

    /** The flow that schedulers and persistence of a service see. */
    Flow flow(ServiceKey service) {
        Endpoint virtual = service instanceof ServiceKey.Address key
                ? key.endpoint()
                : new Endpoint(IpAddress.of(service.family(), 0, 0), 0);
        Protocol protocol = service instanceof ServiceKey.Address key ? key.protocol() : Protocol.TCP;
        Flow flow = Flow.of(protocol, new Endpoint(client(service), 0), virtual);
        return service instanceof ServiceKey.Mark mark ? flow.mark(mark.mark()) : flow;
    }

    private IpAddress client(ServiceKey service) {
        IpAddress client = address;
        if (client != null && client.family() == service.family()) {
            return client;
        } else if (client != null && service instanceof ServiceKey.Named) {
            return IpAddress.v6(0, MAPPED_PREFIX | client.low());
        }
        return IpAddress.of(service.family(), high, low);
    }

    /**
     * The identity under which a persistent service keeps it; null for the address that it is.
     *
     * @param always whether the service has a persistence engine, and thus knows its clients by identity only
     */
    @Nullable
    String identity(ServiceKey service, boolean always) {
        boolean byAddress =
                address != null && (address.family() == service.family() || service instanceof ServiceKey.Named);
        return byAddress && !always ? null : text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Affinity affinity
                && text.equals(affinity.text)
                && Objects.equals(address, affinity.address);
    }

    @Override
    public int hashCode() {
        return (int) low;
    }

    /** For messages: the text or the address. */
    @Override
    public String toString() {
        return text;
    }
}
