package org.lvs4j.internal.connection;

/**
 * The words of one connection in flat memory, and their bits.
 *
 * <pre>
 * word 0  meta       version 16 | indexed 1 | direct 1 | status 2 | hidden 1 | packets 4 | port kept 1 | no output 1
 *                    | state 5 | deadline 32
 * word 1  identity   client port 16 | virtual port 16 | protocol 8 | server id 24
 * word 2  links      scheduled 1 | superseded 1 | template id 28 | scheduled position 17 | superseded position 17
 * word 3  addresses  client 32 | virtual 32                    (IPv4: four words, two connections to a bucket)
 * word 3  client, upper and lower; virtual, upper and lower; 0 (IPv6: eight words, one connection to a bucket)
 * </pre>
 *
 * The deadline is a tick of the table. Ticks wrap around, so two of them are compared by their difference. The two
 * positions are on the ring of the {@link FlowWheel}: that of the node that will inspect the slot next, and that of a
 * node which an earlier deadline has superseded.
 */
final class FlowRecord {
    static final int META = 0;
    static final int IDENTITY = 1;
    static final int LINKS = 2;
    static final int ADDRESSES = 3;
    /** The number of words of an IPv4 connection. */
    static final int IPV4_WORDS = 4;

    /** Status: free for a claim. */
    static final int EMPTY = 0;
    /** Status: owned by the thread that fills the slot, or filled and not yet published. */
    static final int CLAIMED = 1;
    /** Status: a connection. */
    static final int LIVE = 2;
    /** Status: the connection is in the next generation now, in the slot that replaces the deadline. */
    static final int MOVED = 3;

    static final int MAX_PACKETS = 15;

    private static final int STATE_SHIFT = 32;
    private static final long STATE_MASK = 0x1FL << STATE_SHIFT;
    /** No packet of the server has been seen. */
    static final long NO_OUTPUT = 1L << 37;
    /** The connection uses the virtual port at the server, not the server's own. */
    static final long PORT_KEPT = 1L << 38;

    private static final int PACKETS_SHIFT = 39;
    private static final long ONE_PACKET = 1L << PACKETS_SHIFT;
    private static final long PACKETS_MASK = (long) MAX_PACKETS << PACKETS_SHIFT;
    /** Searches do not find the connection any more; it ends at the next tick. */
    static final long HIDDEN = 1L << 43;

    private static final int STATUS_SHIFT = 44;
    private static final long STATUS_MASK = 3L << STATUS_SHIFT;
    /** The server answers the client itself, with the virtual endpoint as source: tunnelling and direct routing. */
    static final long DIRECT = 1L << 46;

    private static final int DIRECT_SHIFT = 46;
    /** Replies find the connection by the index of {@link ReplyRoutes}, not by a route. */
    static final long INDEXED = 1L << 47;
    /** Of a connection that has moved: its copy is published. */
    static final long ARRIVED = DIRECT;

    private static final int VERSION_SHIFT = 48;
    private static final long VERSION_MASK = 0xFFFFL << VERSION_SHIFT;
    private static final long VISIBLE_MASK = STATUS_MASK | HIDDEN;
    private static final long VISIBLE = (long) LIVE << STATUS_SHIFT;

    private static final long LOW = 0xFFFF_FFFFL;
    private static final long SERVER_ID_MASK = 0xFF_FFFFL;
    static final int MAX_SERVER_ID = (int) SERVER_ID_MASK;
    static final long KEY_MASK = ~SERVER_ID_MASK;
    private static final long SCHEDULED = 1L << 63;
    private static final long SUPERSEDED = 1L << 62;
    private static final int TEMPLATE_ID_SHIFT = 34;
    static final int MAX_TEMPLATE_ID = (1 << 28) - 1;
    private static final long TEMPLATE_ID_MASK = (long) MAX_TEMPLATE_ID << TEMPLATE_ID_SHIFT;
    static final int POSITION_BITS = 17;
    private static final long POSITION_MASK = (1L << POSITION_BITS) - 1;

    private FlowRecord() {}

    // ---- meta

    /** The fields of a new connection; the table sets status and version. */
    static long fields(int state, boolean noOutput, boolean portKept, int deadline) {
        return (long) state << STATE_SHIFT
                | (noOutput ? NO_OUTPUT | DIRECT : 0)
                | (portKept ? PORT_KEPT : 0)
                | deadline & LOW;
    }

    /** The same fields with another status and version. */
    static long with(long meta, int status, int version) {
        return meta & ~(STATUS_MASK | VERSION_MASK) | (long) status << STATUS_SHIFT | (long) version << VERSION_SHIFT;
    }

    static long withStatus(long meta, int status) {
        return meta & ~STATUS_MASK | (long) status << STATUS_SHIFT;
    }

    static long empty(int version) {
        return with(0, EMPTY, version);
    }

    /** The meta word of a connection that has moved; slot and version are its copy's. */
    static long moved(int slot, int version) {
        return with(slot & LOW, MOVED, version);
    }

    static int status(long meta) {
        return (int) (meta >>> STATUS_SHIFT) & 3;
    }

    static int version(long meta) {
        return (int) (meta >>> VERSION_SHIFT);
    }

    /** The next version of a slot; never 0, which means none. */
    static int versionAfter(long meta) {
        int next = version(meta) + 1 & 0xFFFF;
        return next == 0 ? 1 : next;
    }

    static int state(long meta) {
        return (int) ((meta & STATE_MASK) >>> STATE_SHIFT);
    }

    static long withState(long meta, int state) {
        return meta & ~STATE_MASK | (long) state << STATE_SHIFT;
    }

    static int deadline(long meta) {
        return (int) meta;
    }

    static long withDeadline(long meta, int tick) {
        return meta & ~LOW | tick & LOW;
    }

    /** The slot of the copy of a connection that has moved. */
    static int movedTo(long meta) {
        return (int) meta;
    }

    static int packets(long meta) {
        return (int) (meta >>> PACKETS_SHIFT) & MAX_PACKETS;
    }

    /** Counts a packet; the count saturates. */
    static long withPacket(long meta) {
        return (~meta & PACKETS_MASK) == 0 ? meta : meta + ONE_PACKET;
    }

    /** 1 if the connection is {@link #DIRECT}, otherwise 0. */
    static long directBit(long meta) {
        return meta >>> DIRECT_SHIFT & 1;
    }

    /** The pattern of a connection in a state that searches find, for {@link #isVisible}. */
    static long visible(int state) {
        return withState(VISIBLE, state);
    }

    static boolean isVisible(long meta, long pattern) {
        return (meta & (VISIBLE_MASK | STATE_MASK)) == pattern;
    }

    static boolean has(long meta, long flag) {
        return (meta & flag) != 0;
    }

    // ---- identity

    static long identity(int clientPort, int virtualPort, int protocol) {
        return (long) clientPort << 48 | (long) virtualPort << 32 | (long) protocol << 24;
    }

    /** The addresses of an IPv4 connection. */
    static long addresses(long client, long virtual) {
        return client << 32 | virtual & LOW;
    }

    static int clientPort(long identity) {
        return (int) (identity >>> 48);
    }

    static int virtualPort(long identity) {
        return (int) (identity >>> 32) & 0xFFFF;
    }

    static int protocol(long identity) {
        return (int) (identity >>> 24) & 0xFF;
    }

    static int serverId(long identity) {
        return (int) (identity & SERVER_ID_MASK);
    }

    // ---- links

    static int templateId(long links) {
        return (int) (links >>> TEMPLATE_ID_SHIFT) & MAX_TEMPLATE_ID;
    }

    static long withTemplateId(long links, int id) {
        return links & ~TEMPLATE_ID_MASK | (long) id << TEMPLATE_ID_SHIFT;
    }

    /** Whether a node will inspect the slot. */
    static boolean isScheduled(long links) {
        return links < 0;
    }

    static int scheduledPosition(long links) {
        return (int) (links >>> POSITION_BITS & POSITION_MASK);
    }

    /** Whether the slot stores a superseded node, which fires later; only if it is scheduled. */
    static boolean hasSuperseded(long links) {
        return (links & SUPERSEDED) != 0;
    }

    static int supersededPosition(long links) {
        return (int) (links & POSITION_MASK);
    }

    /** Scheduled, without a superseded node. */
    static long scheduled(long links, int position) {
        return links & TEMPLATE_ID_MASK | SCHEDULED | (long) position << POSITION_BITS;
    }

    /** Scheduled, with a superseded node. */
    static long scheduled(long links, int position, int superseded) {
        return scheduled(links, position) | SUPERSEDED | superseded;
    }

    /** After the scheduled node has fired: the superseded node, if there is one, is the scheduled node now. */
    static long unscheduled(long links) {
        return hasSuperseded(links) ? scheduled(links, supersededPosition(links)) : links & TEMPLATE_ID_MASK;
    }

    static long withoutSuperseded(long links) {
        return links & ~(SUPERSEDED | POSITION_MASK);
    }
}
