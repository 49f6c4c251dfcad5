package org.lvs4j.examples.standalone;

/** Keeps a change of the rules from taking the memory that the traffic needs. */
final class HeapRoom {
    /** Heap for a byte of rules: its text, its commands, and the services and servers before and after the change. */
    private static final int PER_BYTE = 28;

    /** Heap for a command, however short it is. */
    private static final int PER_COMMAND = 512;

    private static final int MEGABYTE = 1 << 20;

    private HeapRoom() {}

    /**
     * Refuses rules that the heap has no room for.
     *
     * @param source the name of the rules in the error
     * @throws RulesInvalidException with both sizes
     */
    static void require(String source, long bytes) throws RulesInvalidException {
        require(source, Count.of(bytes, "byte"), PER_BYTE * bytes);
    }

    private static void require(String source, String size, long needed) throws RulesInvalidException {
        if (needed > free()) {
            System.gc();
            long free = free();
            if (needed > free) {
                throw new RulesInvalidException(source + ": rules of " + size + " need about "
                        + needed / MEGABYTE + " MB of heap; " + free / MEGABYTE + " of "
                        + Runtime.getRuntime().maxMemory() / MEGABYTE + " MB are free (-Xmx in LVSD_OPTS)");
            }
        }
    }

    /**
     * Refuses rules that the heap has no room for, whose commands may be many and short.
     *
     * @throws RulesInvalidException with both sizes
     */
    static void require(String source, byte[] text) throws RulesInvalidException {
        int commands = 0;
        boolean lineStart = true;
        for (byte next : text) {
            boolean blank = next == '\n' || next == '\r' || next == ' ' || next == '\t';
            if (lineStart && !blank) {
                commands += next == '#' ? 0 : 1;
            }
            lineStart = next == '\n' || lineStart && blank;
        }
        require(source, text.length);
        require(source, Count.of(commands, "command"), (long) PER_COMMAND * commands);
    }

    private static long free() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    }
}
