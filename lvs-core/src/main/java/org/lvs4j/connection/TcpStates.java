package org.lvs4j.connection;

/**
 * The TCP state machine of IPVS: what a connection becomes when a segment passes. The tables are those of
 * {@code tcp_states} in IPVS as recorded from a kernel; a row is the kind of segment, a column the present state.
 */
public final class TcpStates {
    /** Segment flag. */
    public static final int FIN = 0x01;
    /** Segment flag. */
    public static final int SYN = 0x02;
    /** Segment flag. */
    public static final int RST = 0x04;
    /** Segment flag. */
    public static final int ACK = 0x10;

    private static final String[] COLUMNS = {"NO", "ES", "SS", "SR", "FW", "TW", "CL", "CW", "LA", "LI", "SA"};

    // Rows of each direction: syn, fin, ack, rst.
    private static final byte[][] NORMAL = parse(
            "SR ES ES SR SR SR SR SR SR SR SR",
            "CL CW SS TW TW TW CL CW LA LI TW",
            "ES ES SS ES FW TW CL CW CL LI ES",
            "CL CL CL SR CL CL CL CL LA LI SR",
            "SS ES SS SR SS SS SS SS SS LI SR",
            "TW FW SS TW FW TW CL TW LA LI TW",
            "ES ES SS ES FW TW CL CW LA ES ES",
            "CL CL SS CL CL TW CL CL CL CL CL",
            "SR ES ES SR SR SR SR SR SR SR SR",
            "CL FW SS TW FW TW CL CW LA LI TW",
            "ES ES SS ES FW TW CL CW CL LI ES",
            "CL CL CL SR CL CL CL CL LA LI CL");

    private static final byte[][] DEFENCE = parse(
            "SR ES ES SR SR SR SR SR SR SR SA",
            "CL CW SS TW TW TW CL CW LA LI SA",
            "ES ES SS SR FW TW CL CW CL LI SA",
            "CL CL CL SR CL CL CL CL LA LI CL",
            "SS ES SS SA SS SS SS SS SS LI SA",
            "TW FW SS TW FW TW CL TW LA LI TW",
            "ES ES SS ES FW TW CL CW LA ES ES",
            "CL CL SS CL CL TW CL CL CL CL CL",
            "SA ES ES SR SA SA SA SA SA SA SA",
            "CL FW SS TW FW TW CL CW LA LI TW",
            "ES ES SS ES FW TW CL CW CL LI ES",
            "CL CL CL SR CL CL CL CL LA LI CL");

    private TcpStates() {}

    /**
     * The state after a segment. RST counts before SYN, SYN before FIN, FIN before ACK; a segment with none of them
     * closes.
     *
     * @param flags the low flag bits of the segment
     * @param defence whether the table of {@code secure_tcp} rules
     */
    public static ConnectionState next(ConnectionState state, Direction direction, int flags, boolean defence) {
        int row;
        if ((flags & RST) != 0) {
            row = 3;
        } else if ((flags & SYN) != 0) {
            row = 0;
        } else if ((flags & FIN) != 0) {
            row = 1;
        } else if ((flags & ACK) != 0) {
            row = 2;
        } else {
            return ConnectionState.CLOSE;
        }
        byte[][] table = defence ? DEFENCE : NORMAL;
        return ConnectionState.of(table[direction.ordinal() * 4 + row][state.ordinal()]);
    }

    private static byte[][] parse(String... rows) {
        byte[][] table = new byte[rows.length][];
        for (int r = 0; r < rows.length; r++) {
            String[] cells = rows[r].split(" ");
            table[r] = new byte[cells.length];
            for (int c = 0; c < cells.length; c++) {
                table[r][c] = (byte) java.util.Arrays.asList(COLUMNS).indexOf(cells[c]);
            }
        }
        return table;
    }
}
