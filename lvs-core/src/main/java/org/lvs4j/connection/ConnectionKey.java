package org.lvs4j.connection;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/**
 * Protocol and both ends of a connection as seen from one side.
 *
 * <p>A key in a map never changes. A thread keeps one of its own, refills it for each packet and looks up with it, so that
 * looking up does not allocate.
 *
 * <p>Outsiders choose what is in a key, so the hash mixes in a random number of this process: nobody outside can make keys
 * that collide.
 */
final class ConnectionKey {
    private static final long SEED = new SecureRandom().nextLong();
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private Protocol protocol = Protocol.TCP;
    private AddressFamily family = AddressFamily.IPV4;
    private long fromHigh;
    private long fromLow;
    private long toHigh;
    private long toLow;
    private int ports;
    private int hash;

    static ConnectionKey of(Flow flow) {
        return new ConnectionKey().refill(flow);
    }

    /** The key of the same connection as seen from its server. */
    ConnectionKey reply(IpAddress server, int serverPort) {
        return new ConnectionKey()
                .refill(protocol, server.family(), server.high(), server.low(), serverPort, fromHigh, fromLow, fromPort());
    }

    ConnectionKey refill(Flow flow) {
        return refill(
                flow.protocol(),
                flow.family(),
                flow.clientHigh(),
                flow.clientLow(),
                flow.clientPort(),
                flow.virtualHigh(),
                flow.virtualLow(),
                flow.virtualPort());
    }

    /** As seen from the other end. */
    ConnectionKey refillReversed(Flow flow) {
        return refill(
                flow.protocol(),
                flow.family(),
                flow.virtualHigh(),
                flow.virtualLow(),
                flow.virtualPort(),
                flow.clientHigh(),
                flow.clientLow(),
                flow.clientPort());
    }

    private ConnectionKey refill(
            Protocol newProtocol,
            AddressFamily newFamily,
            long newFromHigh,
            long newFromLow,
            int fromPort,
            long newToHigh,
            long newToLow,
            int toPort) {
        protocol = newProtocol;
        family = newFamily;
        fromHigh = newFromHigh;
        fromLow = newFromLow;
        toHigh = newToHigh;
        toLow = newToLow;
        ports = fromPort << 16 | toPort;
        long h = mix(SEED + fromHigh, fromLow);
        h = mix(h + toHigh, toLow);
        hash = (int) (mix(h, (long) ports << 8 | newProtocol.number()) >>> 32);
        return this;
    }

    /** Folds two words into one by a 128-bit product. */
    private static long mix(long a, long b) {
        long x = a ^ MULTIPLIER;
        long y = b ^ SEED;
        return x * y ^ Math.multiplyHigh(x, y) ^ Long.rotateLeft(a, 32) ^ b * MULTIPLIER;
    }

    /** Fills a flow with the two ends. */
    void describe(Flow flow) {
        flow.set(protocol, family, fromHigh, fromLow, fromPort(), toHigh, toLow, toPort());
    }

    Protocol protocol() {
        return protocol;
    }

    IpAddress from() {
        return IpAddress.of(family, fromHigh, fromLow);
    }

    int fromPort() {
        return ports >>> 16;
    }

    IpAddress to() {
        return IpAddress.of(family, toHigh, toLow);
    }

    int toPort() {
        return ports & 0xFFFF;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConnectionKey that
                && fromLow == that.fromLow
                && ports == that.ports
                && toLow == that.toLow
                && fromHigh == that.fromHigh
                && toHigh == that.toHigh
                && protocol == that.protocol
                && family == that.family;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
