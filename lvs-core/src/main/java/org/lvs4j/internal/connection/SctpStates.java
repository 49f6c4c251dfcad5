package org.lvs4j.internal.connection;

import java.util.Arrays;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.SctpChunk;

/**
 * The SCTP state machine of IPVS. A row of its tables is the event of a packet's first chunk, a column the present
 * state, and a cell the next state.
 */
public final class SctpStates {
    /** Event: data, or any other chunk that does not change the association. */
    public static final int DATA = 0;
    /** Event. */
    public static final int INIT = 1;
    /** Event. */
    public static final int INIT_ACK = 2;
    /** Event. */
    public static final int COOKIE_ECHO = 3;
    /** Event. */
    public static final int COOKIE_ACK = 4;
    /** Event. */
    public static final int SHUTDOWN = 5;
    /** Event. */
    public static final int SHUTDOWN_ACK = 6;
    /** Event. */
    public static final int SHUTDOWN_COMPLETE = 7;
    /** Event. */
    public static final int ERROR = 8;
    /** Event. */
    public static final int ABORT = 9;

    private static final String[] COLUMNS = {
        "NO", "I1", "IN", "CS", "CR", "CW", "CO", "CE", "ES", "SS", "SR", "SA", "RJ", "CL"
    };
    private static final int FIRST_STATE = ConnectionState.SCTP_NONE.ordinal();

    // Rows: data, init, init-ack, cookie-echo, cookie-ack, shutdown, shutdown-ack, shutdown-complete, error, abort.
    private static final byte[][] INPUT = parse(
            "ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL",
            "I1 IN IN CS CR CW CO CE ES SS SR SA IN IN",
            "CW CW CW CS CR CO CO CE ES SS SR SA RJ CL",
            "CR IN IN CR CR CW CO CE ES SS SR SA RJ CL",
            "ES I1 IN CS CR CW CO ES ES SS SR SA RJ CL",
            "SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL",
            "CL IN IN CS CR CW CO CE ES CL SR CL RJ CL",
            "CL CL CL CS CR CW CO CE ES SS SR CL RJ CL",
            "CL I1 IN CS CR CW CO CL ES SS SR SA RJ CL",
            "CL CL CL CL CL RJ CL CL CL CL CL CL CL CL");

    private static final byte[][] OUTPUT = parse(
            "ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL",
            "CW CW CW CW CW CW CW CW ES CW CW CW CW CW",
            "CS CS CS CS CR CW CO CE ES SS SR SA RJ CL",
            "CE CE CE CE CE CE CE CE ES SS SR SA RJ CL",
            "ES ES ES ES ES ES ES ES ES SS SR SA RJ CL",
            "SS SS SS SS SS SS SS SS SS SS SR SA RJ CL",
            "SA SA SA SA SA CW CO CE ES SA SA SA RJ CL",
            "CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL",
            "CL CL CL CL CL CW CO CE ES SS SR SA RJ CL",
            "CL RJ CL CL CL CL CL CL CL CL CL CL CL CL");

    private static final byte[][] INPUT_ONLY = parse(
            "ES I1 IN CS CR ES CO CE ES SS SR SA RJ CL",
            "I1 IN IN IN IN IN CO CE ES SS SR SA IN IN",
            "CE CE CE CE CE CE CO CE ES SS SR SA RJ CL",
            "ES ES ES ES ES ES CO CE ES SS SR SA RJ CL",
            "ES I1 IN ES ES CW ES ES ES SS SR SA RJ CL",
            "SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL",
            "CL IN IN CS CR CW CO CE CL CL SR CL RJ CL",
            "CL CL CL CL CL CW CO CE ES SS CL CL RJ CL",
            "CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL",
            "CL CL CL CL CL RJ CL CL CL CL CL CL CL CL");

    private static final byte[][][] BY_DIRECTION = byDirection();

    private SctpStates() {}

    private static byte[][][] byDirection() {
        byte[][][] tables = new byte[ConnectionStates.DIRECTIONS][][];
        tables[ConnectionStates.INPUT] = INPUT;
        tables[ConnectionStates.OUTPUT] = OUTPUT;
        tables[ConnectionStates.INPUT_ONLY] = INPUT_ONLY;
        return tables;
    }

    /** The event of a chunk type (RFC 9260). */
    public static int eventOf(int chunkType) {
        return switch (chunkType) {
            case SctpChunk.INIT -> INIT;
            case SctpChunk.INIT_ACK -> INIT_ACK;
            case SctpChunk.ABORT -> ABORT;
            case SctpChunk.SHUTDOWN -> SHUTDOWN;
            case SctpChunk.SHUTDOWN_ACK -> SHUTDOWN_ACK;
            case SctpChunk.ERROR -> ERROR;
            case SctpChunk.COOKIE_ECHO -> COOKIE_ECHO;
            case SctpChunk.COOKIE_ACK -> COOKIE_ACK;
            case SctpChunk.SHUTDOWN_COMPLETE -> SHUTDOWN_COMPLETE;
            default -> DATA;
        };
    }

    /**
     * The state after a packet of an event; an event out of range counts as data.
     *
     * @param direction a constant of {@link ConnectionStates}
     */
    static ConnectionState next(ConnectionState state, int direction, int event) {
        byte[][] table = BY_DIRECTION[direction];
        int row = event >= 0 && event < table.length ? event : DATA;
        return ConnectionStates.of(table[row][state.ordinal() - FIRST_STATE]);
    }

    private static byte[][] parse(String... rows) {
        byte[][] table = new byte[rows.length][];
        for (int r = 0; r < rows.length; r++) {
            String[] cells = rows[r].split(" ");
            table[r] = new byte[cells.length];
            for (int c = 0; c < cells.length; c++) {
                table[r][c] = (byte) (FIRST_STATE + Arrays.asList(COLUMNS).indexOf(cells[c]));
            }
        }
        return table;
    }
}
