package org.lvs4j.examples.standalone;

/**
 * The default ceilings of what clients can make the daemon hold: as many as fit into a share of the heap, so that no
 * flood of clients ends the daemon for lack of memory, and at most the defaults of the library.
 *
 * <p>The sizes are measured, rounded up; the README shows them.
 */
final class Ceilings {
    private static final int MOST_CONNECTIONS = 100_000;
    private static final int MOST_UDP_FLOWS = 16_384;
    private static final int MOST_ENTRIES = 4_194_304;
    private static final int MOST_TEMPLATES = 1_048_576;

    private static final int CONNECTION_BYTES = 4096;
    private static final int UDP_FLOW_BYTES = 3072;
    private static final int IO_URING_UDP_FLOW_BYTES = 176 * 1024;
    /** Those of IPv6, while the table grows and both tables exist. */
    private static final int ENTRY_BYTES = 300;

    private static final int TEMPLATE_BYTES = 448;

    private final long sixteenth;

    Ceilings(long heapBytes) {
        sixteenth = heapBytes / 16;
    }

    static Ceilings ofThisProcess() {
        return new Ceilings(Runtime.getRuntime().maxMemory());
    }

    int connections() {
        return limit(4, CONNECTION_BYTES, MOST_CONNECTIONS);
    }

    int udpFlows(boolean ioUring) {
        return ioUring ? limit(4, IO_URING_UDP_FLOW_BYTES, MOST_UDP_FLOWS) : limit(1, UDP_FLOW_BYTES, MOST_UDP_FLOWS);
    }

    int entries() {
        return limit(5, ENTRY_BYTES, MOST_ENTRIES);
    }

    int templates() {
        return limit(2, TEMPLATE_BYTES, MOST_TEMPLATES);
    }

    private int limit(int sixteenths, int bytesEach, int most) {
        return (int) Math.max(1, Math.min(most, sixteenth * sixteenths / bytesEach));
    }
}
