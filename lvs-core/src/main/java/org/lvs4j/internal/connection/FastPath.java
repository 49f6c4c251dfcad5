package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.Ticks;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;

/**
 * The path of most packets: packets of a client that leave the state of an IPv4 connection unchanged, which are
 * an ACK of an established TCP connection and any UDP datagram of a known flow. Such a packet moves the
 * deadline and increments the packet counts of connection and server. All other packets take the general path,
 * through {@link ConnectionCursor}.
 *
 * <p>A packet waits for one cache line, and meanwhile the processor can work on the next packet. A processor has a
 * limited number of instructions in flight, so it reaches the next packet only if a packet takes few instructions and
 * its branches are predicted:
 *
 * <ul>
 *   <li>one comparison of a few bits of the meta word, which is well predicted, replaces the state machine;
 *   <li>which of a bucket's two slots can have the key is computed without a branch. A branch would be mispredicted
 *       every other time;
 *   <li>the meta word is read once, before the key. The compare-and-set that writes the new deadline also validates
 *       that the word is unchanged; only if the deadline stays the same there is a second read;
 *   <li>neither key nor result is stored in an object.
 * </ul>
 *
 * <p>Guarantees: as {@link ConnectionCursor#follow}. Progress: wait-free, except that a deadline that moves closer
 * is pushed onto the wheel, which is lock-free. A packet that races with another change of the same connection takes
 * the general path.
 *
 * <p>Racy reads: the words of a slot and the array of servers are read plainly, not opaquely. The cost of opaque reads
 * on this path has not been measured, and the path is measured in single instructions. A 64-bit JVM reads a
 * {@code long} array element as a whole. The fence after the first read of the meta word keeps the other reads behind
 * it, and their values are used only if the meta word is validated after them. The reference to the server is read
 * without an acquire, so only its final fields are safe (Java Language Specification, 17.5). Those are the ones used:
 * {@code port} and {@code counters}. The volatile {@code present} may be read as its default, false, which leads to
 * the general path.
 */
final class FastPath {
    /** The result for a packet that takes the general path. */
    static final long NOT_APPLICABLE = -1;

    private static final long NOT_IN_BUCKET = -2;

    // The number of buckets after its home in which a connection is searched for. A fifth to a quarter are displaced,
    // most of them by a few buckets.
    private static final int NEXT_BUCKETS = 3;

    private static final int SERVER_SHIFT = 24;

    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int NO_STATE = -1;
    private static final int FLAGS = TcpFlags.FIN | TcpFlags.SYN | TcpFlags.RST | TcpFlags.ACK;

    private final FlowTable flows;
    private final IdTable<ServerState> servers;
    private final ServerState[] firstServers;
    private final Timeouts timeouts;
    private final Ticks ticks;

    FastPath(FlowTable flows, IdTable<ServerState> servers, Timeouts timeouts, Ticks ticks) {
        this.flows = flows;
        this.servers = servers;
        firstServers = servers.firstChunk();
        this.timeouts = timeouts;
        this.ticks = ticks;
    }

    /**
     * Applies a packet from a client and counts it, if it leaves the state of its connection unchanged.
     *
     * @param event the flags of a TCP segment; otherwise ignored
     * @param stripe the calling thread's
     * @return as {@link ConnectionTable#follow}; or {@link #NOT_APPLICABLE}, and nothing has changed
     */
    long follow(Flow flow, int event, int bytes, int stripe, long nowNanos) {
        int state = unchangedState(flow.protocol(), event);
        FlowGeneration generation = flows.onlyGeneration();
        if (state == NO_STATE || generation == null || flow.family() != AddressFamily.IPV4) {
            return NOT_APPLICABLE;
        }
        long addresses = FlowRecord.addresses(flow.sourceLow(), flow.destinationLow());
        long identity = FlowRecord.identity(
                flow.sourcePort(), flow.destinationPort(), flow.protocol().number());
        int home = generation.home(flows.hash(addresses, identity));
        long pattern = FlowRecord.visible(state);
        int deadline = ticks.notBefore(nowNanos) + timeouts.ticks(state);
        long followed = followIn(generation, home, addresses, identity, pattern, deadline, bytes, stripe);
        return followed != NOT_IN_BUCKET
                ? followed
                : followDisplaced(generation, home, addresses, identity, pattern, deadline, bytes, stripe);
    }

    /** The state that a packet leaves unchanged, in every direction and with every defence; or {@link #NO_STATE}. */
    private static int unchangedState(Protocol protocol, int event) {
        if (protocol == Protocol.TCP) {
            return (event & FLAGS) == TcpFlags.ACK ? ConnectionState.ESTABLISHED.ordinal() : NO_STATE;
        }
        return protocol == Protocol.UDP ? ConnectionState.UDP.ordinal() : NO_STATE;
    }

    /** A separate method, so that the code compiled for every packet stays short. */
    private long followDisplaced(
            FlowGeneration generation,
            int home,
            long addresses,
            long identity,
            long pattern,
            int deadline,
            int bytes,
            int stripe) {
        for (int bucket = home + 1; bucket <= home + NEXT_BUCKETS; bucket++) {
            long followed = followIn(generation, bucket, addresses, identity, pattern, deadline, bytes, stripe);
            if (followed != NOT_IN_BUCKET) {
                return followed;
            }
        }
        return NOT_APPLICABLE;
    }

    private long followIn(
            FlowGeneration generation,
            int bucket,
            long addresses,
            long identity,
            long pattern,
            int deadline,
            int bytes,
            int stripe) {
        long @Nullable [] chunk = generation.chunkAcquire(bucket);
        int index = FlowMemory.indexOf(bucket);
        if (chunk == null || index >= chunk.length) {
            return NOT_IN_BUCKET;
        }
        // Only a hint, read again below. All ones unless the first slot of the bucket has the key.
        long firstDifference = difference(chunk, index, addresses, identity);
        int notFirst = (int) ((firstDifference | -firstDifference) >> Long.SIZE - 1);
        int found = index + (notFirst & FlowRecord.IPV4_WORDS);
        long meta = chunk[found];
        // Acquire: the key is read after the meta word. Pairs with the compare-and-set in FlowGeneration.publish; if
        // the meta word is still the same below, the key was its own.
        VarHandle.acquireFence();
        if (difference(chunk, found, addresses, identity) != 0) {
            return NOT_IN_BUCKET;
        }
        int id = FlowRecord.serverId(chunk[found + FlowRecord.IDENTITY]);
        ServerState server = id < firstServers.length ? firstServers[id] : servers.get(id);
        if (!FlowRecord.isVisible(meta, pattern) || server == null || !server.present()) {
            return NOT_APPLICABLE;
        }
        long after = FlowRecord.withDeadline(FlowRecord.withPacket(meta), deadline);
        if (after != meta) {
            // Volatile, before schedule below reads the links word. Pairs with FlowGeneration.fire, which clears the
            // links word and then reads the meta word.
            if (!WORDS.compareAndSet(chunk, found, meta, after)) {
                return NOT_APPLICABLE;
            }
            if (deadline - FlowRecord.deadline(meta) < 0) {
                generation.schedule(FlowMemory.firstSlot(bucket) - notFirst, deadline);
            }
        } else {
            // Acquire: the second read of the meta word comes after the key. Pairs with the releases in
            // FlowMemory.writeKeyRelease: if a word was a later connection's, the meta word has changed.
            VarHandle.acquireFence();
            if (chunk[found] != meta) {
                return NOT_APPLICABLE;
            }
        }
        server.counters().in(stripe, 1, bytes);
        int port = FlowRecord.has(meta, FlowRecord.PORT_KEPT) ? FlowRecord.virtualPort(identity) : server.port();
        return (long) id << SERVER_SHIFT | FlowRecord.directBit(meta) << Short.SIZE | port;
    }

    /** Zero if and only if a slot has the key. */
    private static long difference(long[] chunk, int slot, long addresses, long identity) {
        return chunk[slot + FlowRecord.ADDRESSES] ^ addresses
                | (chunk[slot + FlowRecord.IDENTITY] ^ identity) & FlowRecord.KEY_MASK;
    }
}
