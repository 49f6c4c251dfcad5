package org.lvs4j.examples.standalone;

/** Keeps a change of the rules from taking the memory that the traffic needs. */
final class HeapRoom {
    /** Heap for a byte of rules: its text, its commands, and the services and servers before and after the change. */
    private static final int PER_BYTE = 28;

    private static final int MEGABYTE = 1 << 20;

    private HeapRoom() {}

    /**
     * Refuses rules that the heap has no room for.
     *
     * @param source the name of the rules in the error
     * @throws RulesInvalidException with both sizes
     */
    static void require(String source, long bytes) throws RulesInvalidException {
        long needed = PER_BYTE * bytes;
        if (needed > free()) {
            System.gc();
            long free = free();
            if (needed > free) {
                throw new RulesInvalidException(source + ": rules of " + bytes + " bytes need about "
                        + needed / MEGABYTE + " MB of heap; " + free / MEGABYTE + " of "
                        + Runtime.getRuntime().maxMemory() / MEGABYTE + " MB are free (-Xmx in LVSD_OPTS)");
            }
        }
    }

    private static long free() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    }
}
