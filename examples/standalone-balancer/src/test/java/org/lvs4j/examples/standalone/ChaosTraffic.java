package org.lvs4j.examples.standalone;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What one connection of the chaos test does, derived from its number and the seed of the run. Client and server send
 * bytes that both can compute, so that each side detects a byte that was lost, changed or invented.
 *
 * @param id the number of the connection
 * @param kind how its sides behave
 * @param upBytes the bytes from the client to the server
 * @param downBytes the bytes from the server to the client
 * @param halfClose whether the client closes its direction as soon as it has sent everything
 */
record ChaosTraffic(long id, Kind kind, int upBytes, int downBytes, boolean halfClose) {
    /** The bytes before those of the client: the number of the connection. */
    static final int HEADER_BYTES = Long.BYTES;

    /** How the sides of a connection behave. */
    enum Kind {
        /** Both sides send and receive everything. */
        ORDERLY(true),
        /** The client reads slowly, and sends and receives everything. */
        SLOW(true),
        /** The client resets the connection before it has sent anything. */
        CLIENT_RESETS_AT_START(false),
        /** The client resets the connection after a part of what it sends. */
        CLIENT_RESETS_WHILE_SENDING(false),
        /** The client resets the connection after a part of what it receives. */
        CLIENT_RESETS_WHILE_RECEIVING(false),
        /** The server resets the connection once it knows its number. */
        SERVER_RESETS_AT_START(false),
        /** The server resets the connection after a part of what it sends. */
        SERVER_RESETS_WHILE_SENDING(false),
        /** The client stops to read, and waits until the connection is cut. */
        STALLED(false);

        private final boolean complete;

        Kind(boolean complete) {
            this.complete = complete;
        }

        /** Whether every byte must arrive in both directions unless a fault cuts the connection. */
        boolean complete() {
            return complete;
        }
    }

    private static final byte[] PATTERN = pattern();
    private static final int USUAL_BYTES = 100_000;
    private static final int LARGE_BYTES = 3_000_000;
    private static final int SLOW_BYTES = 60_000;
    private static final int STALLED_BYTES = 20_000_000;

    static ChaosTraffic of(long seed, long id) {
        SplittableRandom random = new SplittableRandom(seed * 31 + id);
        int choice = random.nextInt(100);
        Kind kind = choice < 70
                ? Kind.ORDERLY
                : choice < 80 ? Kind.SLOW : choice < 99 ? Kind.values()[2 + random.nextInt(5)] : Kind.STALLED;
        int bytes = kind == Kind.SLOW ? SLOW_BYTES : random.nextInt(12) == 0 ? LARGE_BYTES : USUAL_BYTES;
        int down = kind == Kind.STALLED ? STALLED_BYTES : random.nextInt(bytes + 1);
        return new ChaosTraffic(id, kind, random.nextInt(bytes + 1), down, random.nextBoolean());
    }

    /** The bytes of one direction from a position on. */
    void fill(boolean up, int from, byte[] part, int length) {
        int start = start(up, from);
        for (int filled = 0; filled < length; ) {
            int run = Math.min(length - filled, PATTERN.length - start);
            System.arraycopy(PATTERN, start, part, filled, run);
            filled += run;
            start = 0;
        }
    }

    /** Whether some bytes are those of one direction from a position on. */
    boolean matches(boolean up, int from, byte[] part, int length) {
        int start = start(up, from);
        for (int compared = 0; compared < length; ) {
            int run = Math.min(length - compared, PATTERN.length - start);
            if (!Arrays.equals(PATTERN, start, start + run, part, compared, compared + run)) {
                return false;
            }
            compared += run;
            start = 0;
        }
        return from + length <= (up ? upBytes : downBytes);
    }

    private int start(boolean up, int from) {
        long mixed = (id * 2 + (up ? 1 : 0)) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (((mixed >>> 40) + from) % PATTERN.length);
    }

    /** Random bytes, repeated for ever. Each direction of each connection begins somewhere else. */
    private static byte[] pattern() {
        byte[] bytes = new byte[1_000_003];
        new SplittableRandom(1).nextBytes(bytes);
        return bytes;
    }
}
