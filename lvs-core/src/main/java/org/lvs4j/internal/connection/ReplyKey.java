package org.lvs4j.internal.connection;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

/**
 * Key of {@link ReplyRoutes}: protocol, server and client of a packet from a server. The client is all zeroes in the
 * key of a route, which is for any client.
 *
 * <p>A key in a map never changes. Each cursor has another key, which it refills for each packet, so that a look-up
 * allocates nothing. Clients choose their address and port, so the hash is seeded with a random number of this process.
 */
final class ReplyKey {
    private static final long SEED = new SecureRandom().nextLong();
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private AddressFamily family = AddressFamily.IPV4;
    private int protocol;
    private long serverHigh;
    private long serverLow;
    private long clientHigh;
    private long clientLow;
    private int ports;
    private int hash;

    /** Sets a server and any client. Returns this. */
    ReplyKey anyClient(
            int newProtocol, AddressFamily newFamily, long newServerHigh, long newServerLow, int serverPort) {
        return refill(newProtocol, newFamily, newServerHigh, newServerLow, serverPort, 0, 0, 0);
    }

    /** Sets a server and any client. Returns this. */
    ReplyKey anyClient(int newProtocol, IpAddress server, int serverPort) {
        return anyClient(newProtocol, server.family(), server.high(), server.low(), serverPort);
    }

    /** Sets a connection's server and client. Returns this. */
    ReplyKey of(FlowLookup lookup, AddressFamily newFamily, IpAddress server, int serverPort) {
        boolean ipv4 = newFamily == AddressFamily.IPV4;
        return refill(
                FlowRecord.protocol(lookup.identity),
                newFamily,
                server.high(),
                server.low(),
                serverPort,
                ipv4 ? 0 : lookup.first,
                ipv4 ? lookup.first >>> 32 : lookup.second,
                FlowRecord.clientPort(lookup.identity));
    }

    /** Sets a server and a client. Returns this. */
    ReplyKey refill(
            int newProtocol,
            AddressFamily newFamily,
            long newServerHigh,
            long newServerLow,
            int serverPort,
            long newClientHigh,
            long newClientLow,
            int clientPort) {
        family = newFamily;
        protocol = newProtocol;
        serverHigh = newServerHigh;
        serverLow = newServerLow;
        clientHigh = newClientHigh;
        clientLow = newClientLow;
        ports = serverPort << 16 | clientPort;
        long h = mix(SEED + serverHigh, serverLow);
        h = mix(h + clientHigh, clientLow);
        hash = (int) (mix(h, (long) ports << 8 | newProtocol) >>> 32);
        return this;
    }

    ReplyKey copy() {
        return new ReplyKey()
                .refill(protocol, family, serverHigh, serverLow, ports >>> 16, clientHigh, clientLow, ports & 0xFFFF);
    }

    /** Folds two words into one by a 128-bit product. */
    private static long mix(long a, long b) {
        long x = a ^ MULTIPLIER;
        long y = b ^ SEED;
        return x * y ^ Math.multiplyHigh(x, y) ^ Long.rotateLeft(a, 32) ^ b * MULTIPLIER;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ReplyKey that
                && serverLow == that.serverLow
                && ports == that.ports
                && clientLow == that.clientLow
                && serverHigh == that.serverHigh
                && clientHigh == that.clientHigh
                && protocol == that.protocol
                && family == that.family;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
