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
 * The short way of most packets: those of a client that find an IPv4 connection in a state in which they leave it. An ACK of an
 * established TCP connection, any UDP datagram of a known flow. All that happens is that the connection lasts longer, and that
 * server and connection count a packet. What is not so simple goes the general way, through {@link ConnectionCursor}.
 *
 * <p>A packet waits for one line of memory, and meanwhile the processor could be at work on the next packet. It comes so far if
 * there are few enough instructions until then, since it keeps a limited number of them in flight. That is why this is written as
 * it is:
 *
 * <ul>
 *   <li>one comparison of a few bits of the meta word, which is guessed rightly, stands for the rules of states;
 *   <li>which of the two connections of a line it can be is computed. A processor that guesses it guesses wrong every other time,
 *       and throws away what it has begun;
 *   <li>the meta word is read once, before the key. Whether it still was the same afterwards, the compare-and-set tells that
 *       writes the new deadline; only if that is the old one there is a second look;
 *   <li>nothing is written down on the way, neither what is asked nor what is found.
 * </ul>
 *
 * <p>Guarantees: as {@link ConnectionCursor#follow}. Progress: wait-free, but that a deadline that comes closer is put on the
 * wheel, which is lock-free; whoever meets another thread at the same connection goes the general way.
 */
final class FastPath {
    /** The packet is another way's. */
    static final long NONE = -1;

    private static final long ELSEWHERE = -2;

    // In how many lines behind its home a connection is looked for. A fifth to a quarter lie there, most of them close.
    private static final int LINES_BEHIND = 3;

    private static final int SERVER_SHIFT = 24;

    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int NO_STATE = -1;
    private static final int FLAGS = TcpFlags.FIN | TcpFlags.SYN | TcpFlags.RST | TcpFlags.ACK;

    private final FlowTable flows;
    private final IdTable<ServerState> servers;
    private final ServerState[] near;
    private final Timeouts timeouts;
    private final Ticks ticks;

    FastPath(FlowTable flows, IdTable<ServerState> servers, Timeouts timeouts, Ticks ticks) {
        this.flows = flows;
        this.servers = servers;
        near = servers.lowest();
        this.timeouts = timeouts;
        this.ticks = ticks;
    }

    /**
     * Follows a packet of a client and counts it, if all is simple.
     *
     * @param stripe where the calling thread counts
     * @return as {@link ConnectionTable#follow}; or {@link #NONE}, and nothing has happened
     */
    long follow(Flow flow, int signal, int bytes, int stripe, long nowNanos) {
        int state = steadyState(flow.protocol(), signal);
        FlowGeneration area = flows.settled();
        if (state == NO_STATE || area == null || flow.family() != AddressFamily.IPV4) {
            return NONE;
        }
        long addresses = FlowRecord.addresses(flow.sourceLow(), flow.destinationLow());
        long identity = FlowRecord.identity(
                flow.sourcePort(), flow.destinationPort(), flow.protocol().number());
        int home = area.home(flows.hash(addresses, identity));
        long pattern = FlowRecord.listed(state);
        int deadline = ticks.notBefore(nowNanos) + timeouts.ticks(state);
        long followed = followIn(area, home, addresses, identity, pattern, deadline, bytes, stripe);
        return followed != ELSEWHERE
                ? followed
                : followBehind(area, home, addresses, identity, pattern, deadline, bytes, stripe);
    }

    /** The state in which a packet leaves a connection that is in it, whatever direction and defence. */
    private static int steadyState(Protocol protocol, int signal) {
        if (protocol == Protocol.TCP) {
            return (signal & FLAGS) == TcpFlags.ACK ? ConnectionState.ESTABLISHED.ordinal() : NO_STATE;
        }
        return protocol == Protocol.UDP ? ConnectionState.UDP.ordinal() : NO_STATE;
    }

    /** A method of its own, so that what is compiled for every packet stays short. */
    private long followBehind(
            FlowGeneration area,
            int home,
            long addresses,
            long identity,
            long pattern,
            int deadline,
            int bytes,
            int stripe) {
        for (int line = home + 1; line <= home + LINES_BEHIND; line++) {
            long followed = followIn(area, line, addresses, identity, pattern, deadline, bytes, stripe);
            if (followed != ELSEWHERE) {
                return followed;
            }
        }
        return NONE;
    }

    private long followIn(
            FlowGeneration area,
            int line,
            long addresses,
            long identity,
            long pattern,
            int deadline,
            int bytes,
            int stripe) {
        long @Nullable [] chunk = area.chunkOf(line);
        int index = FlowMemory.indexOf(line);
        if (chunk == null || index >= chunk.length) {
            return ELSEWHERE;
        }
        // Only a hint which of the two it is, read again below. All ones if it is not the left one.
        long left = difference(chunk, index, addresses, identity);
        int notLeft = (int) ((left | -left) >> Long.SIZE - 1);
        int found = index + (notLeft & FlowRecord.NARROW);
        long meta = chunk[found];
        // The key is read after the meta word: if that is still the same when it is replaced, the key was its own.
        VarHandle.acquireFence();
        if (difference(chunk, found, addresses, identity) != 0) {
            return ELSEWHERE;
        }
        int number = FlowRecord.server(chunk[found + FlowRecord.IDENTITY]);
        ServerState server = number < near.length ? near[number] : servers.get(number);
        if (!FlowRecord.isListed(meta, pattern) || server == null || !server.present()) {
            return NONE;
        }
        long after = FlowRecord.withDeadline(FlowRecord.withPacket(meta), deadline);
        if (after != meta) {
            if (!WORDS.compareAndSet(chunk, found, meta, after)) {
                return NONE;
            }
            if (deadline - FlowRecord.deadline(meta) < 0) {
                area.arm(FlowMemory.firstSlot(line) - notLeft, deadline);
            }
        } else {
            VarHandle.acquireFence();
            if (chunk[found] != meta) {
                return NONE;
            }
        }
        server.counters().in(stripe, 1, bytes);
        int port = FlowRecord.has(meta, FlowRecord.PORT_KEPT) ? FlowRecord.virtualPort(identity) : server.port();
        return (long) number << SERVER_SHIFT | FlowRecord.directBit(meta) << Short.SIZE | port;
    }

    /** Zero if and only if a slot has the key. */
    private static long difference(long[] chunk, int slot, long addresses, long identity) {
        return chunk[slot + FlowRecord.ADDRESSES] ^ addresses
                | (chunk[slot + FlowRecord.IDENTITY] ^ identity) & FlowRecord.KEY_MASK;
    }
}
