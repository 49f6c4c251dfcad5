package org.lvs4j.internal.connection;

/**
 * The words of one connection in flat memory, and their bits.
 *
 * <pre>
 * word 0  meta       version 16 | indexed 1 | direct 1 | status 2 | unlisted 1 | packets 4 | port kept 1 | no output 1 | state 5 | deadline 32
 * word 1  identity   client port 16 | virtual port 16 | protocol 8 | server 24
 * word 2  links      armed 1 | left 1 | controller 28 | place armed at 17 | place left 17
 * word 3  addresses  client 32 | virtual 32                    (IPv4: four words, two connections to a line)
 * word 3  client, upper and lower; virtual, upper and lower; 0 (IPv6: eight words, one connection to a line)
 * </pre>
 *
 * The deadline is a tick of the table, compared by its difference to another because ticks wrap around. The two places are on
 * the ring of {@link FlowWheel}: where the node is that looks at the slot next, and where one is that was to do so before a
 * deadline came closer.
 */
final class FlowRecord {
    static final int META = 0;
    static final int IDENTITY = 1;
    static final int LINKS = 2;
    static final int ADDRESSES = 3;
    /** How many words an IPv4 connection has. */
    static final int NARROW = 4;

    /** Nobody's. */
    static final int EMPTY = 0;
    /** Somebody is filling it, or has filled it and is about to make it known. */
    static final int CLAIMED = 1;
    /** A connection. */
    static final int LIVE = 2;
    /** Continued in the next table, at the slot in the place of the deadline. */
    static final int MOVED = 3;

    static final int MAX_PACKETS = 15;

    private static final int STATE_SHIFT = 32;
    private static final long STATE_MASK = 0x1FL << STATE_SHIFT;
    static final long NO_OUTPUT = 1L << 37;
    static final long PORT_KEPT = 1L << 38;
    private static final int PACKETS_SHIFT = 39;
    private static final long ONE_PACKET = 1L << PACKETS_SHIFT;
    private static final long PACKETS_MASK = (long) MAX_PACKETS << PACKETS_SHIFT;
    static final long UNLISTED = 1L << 43;
    private static final int STATUS_SHIFT = 44;
    private static final long STATUS_MASK = 3L << STATUS_SHIFT;
    /** The server answers the client itself, with the virtual endpoint as its own. */
    static final long DIRECT = 1L << 46;

    private static final int DIRECT_SHIFT = 46;
    /** No route of {@link Replies} leads to it. */
    static final long INDEXED = 1L << 47;
    /** Of what has moved: it has arrived, and needs no help. */
    static final long ARRIVED = DIRECT;

    private static final int VERSION_SHIFT = 48;
    private static final long VERSION_MASK = 0xFFFFL << VERSION_SHIFT;
    private static final long LISTED_MASK = STATUS_MASK | UNLISTED;
    private static final long LISTED = (long) LIVE << STATUS_SHIFT;

    private static final long LOW = 0xFFFF_FFFFL;
    private static final long SERVER_MASK = 0xFF_FFFFL;
    static final int MAX_SERVER = (int) SERVER_MASK;
    static final long KEY_MASK = ~SERVER_MASK;
    private static final long ARMED = 1L << 63;
    private static final long LEFT = 1L << 62;
    private static final int CONTROLLER_SHIFT = 34;
    /** The highest number of a template. */
    static final int MAX_CONTROLLER = (1 << 28) - 1;

    private static final long CONTROLLER_MASK = (long) MAX_CONTROLLER << CONTROLLER_SHIFT;
    static final int PLACE_BITS = 17;
    private static final long PLACE_MASK = (1L << PLACE_BITS) - 1;

    private FlowRecord() {}

    // ---- meta

    /** The fields of a new connection; status and version are the table's. */
    static long fields(int state, boolean noOutput, boolean portKept, int deadline) {
        return (long) state << STATE_SHIFT
                | (noOutput ? NO_OUTPUT | DIRECT : 0)
                | (portKept ? PORT_KEPT : 0)
                | deadline & LOW;
    }

    /** The same fields under another status and version. */
    static long with(long meta, int status, int version) {
        return meta & ~(STATUS_MASK | VERSION_MASK) | (long) status << STATUS_SHIFT | (long) version << VERSION_SHIFT;
    }

    static long withStatus(long meta, int status) {
        return meta & ~STATUS_MASK | (long) status << STATUS_SHIFT;
    }

    static long empty(int version) {
        return with(0, EMPTY, version);
    }

    static long moved(int slot, int version) {
        return with(slot & LOW, MOVED, version);
    }

    static int status(long meta) {
        return (int) (meta >>> STATUS_SHIFT) & 3;
    }

    static int version(long meta) {
        return (int) (meta >>> VERSION_SHIFT);
    }

    /** The next version of a slot; never 0, which stands for none. */
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

    static int target(long meta) {
        return (int) meta;
    }

    static int packets(long meta) {
        return (int) (meta >>> PACKETS_SHIFT) & MAX_PACKETS;
    }

    /** Counts a packet; the count stays at its maximum. */
    static long withPacket(long meta) {
        return (~meta & PACKETS_MASK) == 0 ? meta : meta + ONE_PACKET;
    }

    /** Whether its server answers the client itself: 1 or 0. */
    static long directBit(long meta) {
        return meta >>> DIRECT_SHIFT & 1;
    }

    /** What the meta word of a connection in a state looks like that packets find; for {@link #isListed}. */
    static long listed(int state) {
        return withState(LISTED, state);
    }

    /** Whether a meta word looks like that. */
    static boolean isListed(long meta, long pattern) {
        return (meta & (LISTED_MASK | STATE_MASK)) == pattern;
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

    static int server(long identity) {
        return (int) (identity & SERVER_MASK);
    }

    // ---- links

    static int controller(long links) {
        return (int) (links >>> CONTROLLER_SHIFT) & MAX_CONTROLLER;
    }

    static long withController(long links, int controller) {
        return links & ~CONTROLLER_MASK | (long) controller << CONTROLLER_SHIFT;
    }

    /** Whether a node is about to look at the slot. */
    static boolean armed(long links) {
        return links < 0;
    }

    static int armedAt(long links) {
        return (int) (links >>> PLACE_BITS & PLACE_MASK);
    }

    /** Whether there is another node, further away; only if the slot is armed. */
    static boolean left(long links) {
        return (links & LEFT) != 0;
    }

    static int leftAt(long links) {
        return (int) (links & PLACE_MASK);
    }

    /** Armed for the first time, as far as is known. */
    static long armed(long links, int place) {
        return links & CONTROLLER_MASK | ARMED | (long) place << PLACE_BITS;
    }

    /** Armed at a place that comes sooner, with a node left where it was to be. */
    static long armed(long links, int place, int left) {
        return armed(links, place) | LEFT | left;
    }

    /** After the look of the node that was to come next: the one that was left does it in its place. */
    static long disarmed(long links) {
        return left(links) ? armed(links, leftAt(links)) : links & CONTROLLER_MASK;
    }

    static long withoutLeft(long links) {
        return links & ~(LEFT | PLACE_MASK);
    }
}
