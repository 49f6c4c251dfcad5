package org.lvs4j.internal.connection;

import java.util.List;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.TcpFlags;

/**
 * The TCP state machine of IPVS. A row of its tables is the kind of segment, a column the present state, and a cell the
 * next state. The tables are IPVS's {@code tcp_states} as recorded from a kernel.
 */
final class TcpStates {
    private static final List<String> COLUMNS =
            List.of("NO", "ES", "SS", "SR", "FW", "TW", "CL", "CW", "LA", "LI", "SA");
    private static final int WIDTH = 11;
    private static final int SYN_ROW = 0;
    private static final int FIN_ROW = 1;
    private static final int ACK_ROW = 2;
    private static final int RST_ROW = 3;
    private static final int ROWS = 4;

    // Rows of each direction, in the order of ConnectionStates: syn, fin, ack, rst.
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

    // The tables above, indexed by defence, direction, flags and present state.
    private static final int STATE_BITS = 4;
    private static final int FLAG_BITS = 5;
    private static final int FLAGS = (1 << FLAG_BITS) - 1;
    private static final int STATES = (1 << STATE_BITS) - 1;
    private static final int DIRECTIONS = ConnectionStates.DIRECTIONS;
    private static final byte[] NEXT = expand();

    private TcpStates() {}

    /**
     * The state after a segment, by ordinals, in one read of a small table. RST counts before SYN, SYN before FIN, FIN
     * before ACK; a segment with none of them closes the connection.
     *
     * @param direction a constant of {@link ConnectionStates}
     * @param flags the low flag bits of the segment
     * @param defence whether the table of {@code secure_tcp} applies
     */
    static int next(int state, int direction, int flags, boolean defence) {
        return NEXT[
                ((defence ? DIRECTIONS : 0) + direction << FLAG_BITS | flags & FLAGS) << STATE_BITS | state & STATES];
    }

    private static byte[] expand() {
        byte[] next = new byte[2 * DIRECTIONS << FLAG_BITS + STATE_BITS];
        for (int i = 0; i < next.length; i++) {
            int state = i & STATES;
            int flags = i >> STATE_BITS & FLAGS;
            int table = i >> STATE_BITS + FLAG_BITS;
            int row = rowOf(flags);
            next[i] = (byte)
                    (row < 0 || state >= WIDTH
                            ? ConnectionState.CLOSE.ordinal()
                            : (table < DIRECTIONS ? NORMAL : DEFENCE)[table % DIRECTIONS * ROWS + row][state]);
        }
        return next;
    }

    private static int rowOf(int flags) {
        if ((flags & TcpFlags.RST) != 0) {
            return RST_ROW;
        }
        if ((flags & TcpFlags.SYN) != 0) {
            return SYN_ROW;
        }
        if ((flags & TcpFlags.FIN) != 0) {
            return FIN_ROW;
        }
        return (flags & TcpFlags.ACK) != 0 ? ACK_ROW : -1;
    }

    private static byte[][] parse(String... rows) {
        byte[][] table = new byte[rows.length][WIDTH];
        for (int row = 0; row < rows.length; row++) {
            String[] cells = rows[row].split(" ");
            for (int state = 0; state < WIDTH; state++) {
                table[row][state] = (byte) COLUMNS.indexOf(cells[state]);
            }
        }
        return table;
    }
}
